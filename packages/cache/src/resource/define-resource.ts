import type { EntryOptions } from '../api/entry-options.ts';
import type { Loader } from '../api/loader.ts';
import type { Resource, ResourceOptions } from '../api/resource.ts';
import type { Invalidation } from '../api/target.ts';
import type { WarmOptions, WarmReport } from '../api/warm.ts';
import type { LoadCall } from '../engine/load-call.ts';
import { obtainMany } from '../engine/obtain-many.ts';
import { checkWarm, WARM_NAMES, warmAll } from '../engine/warming.ts';
import { cacheKey } from '../keys/cache-key.ts';
import { describe } from '../keys/check-key.ts';
import { ownCopy } from '../keys/own-copy.ts';
import { checkNames } from '../options/check-names.ts';
import { checkFinite, checkInteger } from '../options/check-number.ts';
import { checkFunction, checkReadOptions, type EntryPlan, planEntry } from '../options/entry-plan.ts';
import { aligned } from './aligned.ts';
import { IdBatcher } from './id-batcher.ts';
import type { ResourceCache } from './resource-cache.ts';

const OWN = ['key', 'load', 'loadMany', 'batch'];

/** A kind of thing with keys of its own. */
export function defineResource<Id, T>(
  parent: ResourceCache,
  defaults: EntryPlan,
  name: string,
  options: ResourceOptions<Id, T>,
): Resource<Id, T> {
  checkNames('resource', options, [...OWN, ...ENTRY_NAMES]);
  if (options.load === undefined && options.loadMany === undefined) {
    throw new TypeError('a resource must have load or loadMany, got neither');
  }
  for (const own of ['key', 'load', 'loadMany'] as const) {
    if (options[own] !== undefined) checkFunction(own, options[own]);
  }
  const { batch = {} } = options;
  checkNames('batch', batch, ['maxSize', 'windowMs']);
  const { maxSize = 100, windowMs = 0 } = batch;
  checkInteger('maxSize', maxSize, 1);
  checkFinite('windowMs', windowMs);
  const plan = { ...planEntry(defaults, options as unknown as EntryOptions<never>, OWN), ownGrace: false };
  return new DefinedResource(parent.within(name, plan, 'resource'), plan, options, { maxSize, windowMs });
}

const ENTRY_NAMES = [
  'ttlMs',
  'jitter',
  'sliding',
  'maxAgeMs',
  'graceMs',
  'graceThrottleMs',
  'softTimeoutMs',
  'hardTimeoutMs',
  'negativeTtlMs',
  'isNegative',
  'errorTtlMs',
  'earlyRefresh',
  'tags',
  'tiers',
  'fill',
  'leaseMs',
  'strict',
  'signal',
];

class DefinedResource<Id, T> implements Resource<Id, T> {
  readonly #cache: ResourceCache;
  readonly #plan: EntryPlan;
  readonly #options: ResourceOptions<Id, T>;
  readonly #keyOf: (id: Id) => string;
  readonly #batcher: IdBatcher<Id, T> | undefined;
  readonly #maxSize: number;

  constructor(
    cache: ResourceCache,
    plan: EntryPlan,
    options: ResourceOptions<Id, T>,
    batch: { readonly maxSize: number; readonly windowMs: number },
  ) {
    this.#cache = cache;
    this.#plan = plan;
    this.#options = options;
    this.#keyOf = options.key ?? ((id) => cacheKey(id));
    this.#maxSize = batch.maxSize;
    const { core } = cache.engine;
    if (options.loadMany === undefined) return;
    this.#batcher = new IdBatcher(options.loadMany as never, batch, core.clock, core.scopes);
  }

  async get(id: Id, options?: { readonly signal?: AbortSignal }): Promise<T> {
    if (options !== undefined) checkReadOptions(options);
    const signal = options?.signal;
    return this.#cache.getOrSet(this.#keyOf(id), this.#loaderOf(id), signal === undefined ? undefined : { signal });
  }

  peek(id: Id): T | undefined {
    return this.#cache.peek(this.#keyOf(id));
  }

  async getMany(ids: readonly Id[]): Promise<(T | undefined)[]> {
    if (!Array.isArray(ids)) throw new TypeError(`ids must be an array, got ${describe(ids)}`);
    const { loadMany } = this.#options;
    if (loadMany === undefined) return Promise.all(ids.map((id) => this.get(id)));
    this.#cache.engine.ensureOpen();
    const asked = ids.map((id) => this.#keyOf(id));
    const byKey = new Map(asked.map((key, index) => [key, ownCopy(ids[index] as Id)]));
    const { core, loading } = this.#cache.engine;
    const load = async (keys: readonly string[], context: { readonly signal: AbortSignal }) => {
      const wanted = keys.map((key) => byKey.get(key) as Id);
      return aligned(wanted, (await loadMany(wanted, context)) as readonly (T | undefined)[]);
    };
    const values = await obtainMany(core, loading, this.#cache.space, [...byKey.keys()], load, this.#plan);
    return asked.map((key) => values.get(key) as T | undefined);
  }

  async set(id: Id, value: T): Promise<void> {
    return this.#cache.set(this.#keyOf(id), value);
  }

  async touch(id: Id, ttlMs?: number): Promise<boolean> {
    return this.#cache.touch(this.#keyOf(id), ttlMs);
  }

  prefetch(id: Id): void {
    this.#cache.prefetch(this.#keyOf(id), this.#loaderOf(id));
  }

  async invalidate(id: Id | readonly Id[]): Promise<Invalidation> {
    const ids = (Array.isArray(id) ? id : [id]) as readonly Id[];
    return this.#cache.invalidate({ keys: ids.map((one) => this.#keyOf(one)) });
  }

  async expire(id: Id): Promise<Invalidation> {
    return this.#cache.expire({ key: this.#keyOf(id) });
  }

  async warm(ids: readonly Id[], options: WarmOptions = {}): Promise<WarmReport> {
    const { engine } = this.#cache;
    engine.ensureOpen();
    checkNames('options', options, WARM_NAMES);
    checkWarm(options);
    if (!Array.isArray(ids)) throw new TypeError(`ids must be an array, got ${describe(ids)}`);
    const obtain = async (id: Id): Promise<boolean> => {
      const wish = this.#cache.wish(this.#keyOf(id), this.#loaderOf(id) as Loader<unknown>, this.#plan);
      return (await engine.loading.obtain(wish)).loaded;
    };
    const perLoad = this.#options.load === undefined ? this.#maxSize : 1;
    return warmAll(ids.map(ownCopy), obtain, options, () => perLoad);
  }

  #loaderOf(id: Id): Loader<T> {
    const { load } = this.#options;
    const batcher = this.#batcher;
    const own = ownCopy(id);
    if (batcher === undefined || load !== undefined)
      return (context) => (load as NonNullable<typeof load>)(own, context);
    const place = this.#cache.space.place(this.#keyOf(own));
    return (context) => batcher.load(own, place, context as unknown as LoadCall);
  }
}
