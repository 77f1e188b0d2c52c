import type { HealthProbe } from '@xc/core';
import type { Cache } from '../api/cache.ts';
import type { CacheEvents } from '../api/cache-events.ts';
import type { CacheStats, HotKey } from '../api/cache-stats.ts';
import type { Entry } from '../api/entry.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import type { Loader, ManyLoader } from '../api/loader.ts';
import type { OnceContext, OnceOptions } from '../api/once.ts';
import type { Resource, ResourceOptions } from '../api/resource.ts';
import type { Invalidation, Target } from '../api/target.ts';
import type { VerifyOptions, VerifyReport } from '../api/verify.ts';
import type { WarmOptions, WarmReport } from '../api/warm.ts';
import { checkKey } from '../keys/check-key.ts';
import { checkKeys, lastOfEach } from '../keys/check-keys.ts';
import { type NameSpace, pathOf } from '../keys/name-space.ts';
import { NONE, type Slot } from '../memory/slot.ts';
import { checkName } from '../options/cache-plan.ts';
import { checkNames } from '../options/check-names.ts';
import { checkInteger, checkPositive } from '../options/check-number.ts';
import { checkedTarget } from '../options/check-target.ts';
import {
  areSound,
  checkFlag,
  checkFunction,
  checkReadOptions,
  checkSignal,
  type EntryPlan,
  isReadOptions,
  planDefaults,
  planEntry,
} from '../options/entry-plan.ts';
import { defineResource } from '../resource/define-resource.ts';
import { abortable } from './abortable.ts';
import type { Engine } from './engine.ts';
import { HitPath } from './hit-path.ts';
import { hottestOf } from './hottest-of.ts';
import { obtainMany } from './obtain-many.ts';
import { cacheStats } from './stats-of.ts';
import { isSuspect } from './trust.ts';
import { verifyMemory } from './verifying.ts';
import { warmKeys } from './warm-keys.ts';
import { WARM_NAMES } from './warming.ts';

/**
 * A cache as seen through one namespace.
 *
 * A hit in memory costs one map read, one reading of the clock and the promise that it comes in; guarded by `bench/hit.bench.ts`.
 */
export class CacheView implements Cache {
  readonly name: string;
  readonly probe: HealthProbe;
  readonly #engine: Engine;
  readonly #space: NameSpace;
  readonly #defaults: EntryPlan;
  readonly #hits: HitPath;

  constructor(engine: Engine, space: NameSpace, defaults: EntryPlan) {
    const cache = engine.core.plan.name;
    this.name = space.path === '' ? cache : space.path;
    this.probe = { name: `cache:${cache}`, check: async () => engine.check() };
    this.#engine = engine;
    this.#space = space;
    this.#defaults = defaults;
    this.#hits = new HitPath(engine.core, space);
  }

  /** What a resource or an adapter goes on from. */
  get engine(): Engine {
    return this.#engine;
  }

  get space(): NameSpace {
    return this.#space;
  }

  get<T>(key: string, options?: { readonly signal?: AbortSignal }): Promise<T | undefined> {
    if (typeof key === 'string') {
      const slot = options === undefined || isReadOptions(options) ? this.#hits.find(key) : NONE;
      if (slot !== NONE && options?.signal?.aborted !== true) return Promise.resolve(this.#hits.take(slot, true) as T);
    }
    return this.#find(key, options) as Promise<T | undefined>;
  }

  getOrSet<T>(key: string, load: Loader<T>, options?: EntryOptions<T>): Promise<T> {
    if (typeof key === 'string' && typeof load === 'function' && areSound(options as EntryOptions<never> | undefined)) {
      const slot = this.#hits.find(key);
      if (slot !== NONE && options?.signal?.aborted !== true) {
        if ((options?.earlyRefresh ?? this.#defaults.earlyRefresh) !== 'off')
          this.#refreshWhenDue(slot, key, load, options);
        return Promise.resolve(this.#hits.take(slot, false) as T);
      }
    }
    return this.#obtain(key, load, options) as Promise<T>;
  }

  peek<T>(key: string): T | undefined {
    const { core } = this.#engine;
    if (core.closed) return undefined;
    if (typeof key !== 'string') checkKey(key);
    const now = core.clock.monotonic();
    const slot = core.shelf.fresh(this.#space.place(key), now);
    // What is there has a key that is one.
    if (slot === NONE) checkKey(key);
    if (slot === NONE || isSuspect(core, core.shelf.extra(slot), now) || core.shelf.negative(slot)) return undefined;
    return core.guard.give(core.shelf.store?.value(slot)) as T;
  }

  async has(key: string): Promise<boolean> {
    return (await this.#entry(key))?.state === 'fresh';
  }

  async entry<T>(key: string): Promise<Entry<T> | undefined> {
    return (await this.#entry(key)) as Entry<T> | undefined;
  }

  async getMany<T>(keys: readonly string[]): Promise<Map<string, T>> {
    this.#engine.ensureOpen();
    checkKeys(keys);
    const distinct = [...new Set(keys)];
    const values = await Promise.all(distinct.map((key) => this.get<T>(key)));
    const found = new Map<string, T>();
    distinct.forEach((key, index) => {
      const value = values[index];
      if (value !== undefined) found.set(key, value);
    });
    return found;
  }

  async getOrSetMany<T>(
    keys: readonly string[],
    load: ManyLoader<T>,
    options?: EntryOptions<T>,
  ): Promise<Map<string, T | undefined>> {
    this.#engine.ensureOpen();
    checkKeys(keys);
    checkFunction('load', load);
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    const { core, loading } = this.#engine;
    return (await obtainMany(core, loading, this.#space, keys, load, plan)) as Map<string, T | undefined>;
  }

  async set<T>(key: string, value: T, options?: EntryOptions<T>): Promise<void> {
    this.#engine.ensureOpen();
    checkKey(key);
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    plan.signal?.throwIfAborted();
    await this.#abortable(this.#engine.writing.setAll(this.#space, [[key, value]], plan), plan.signal);
  }

  async setMany<T>(entries: Iterable<readonly [string, T]>, options?: EntryOptions<T>): Promise<void> {
    this.#engine.ensureOpen();
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    const last = lastOfEach(entries);
    plan.signal?.throwIfAborted();
    await this.#abortable(this.#engine.writing.setAll(this.#space, [...last], plan), plan.signal);
  }

  async touch(key: string, ttlMs?: number): Promise<boolean> {
    this.#engine.ensureOpen();
    checkKey(key);
    if (ttlMs !== undefined) checkPositive('ttlMs', ttlMs);
    return this.#engine.writing.touch(this.#space, key, this.#space.place(key), ttlMs);
  }

  async invalidate(
    target: Target,
    options: { readonly strict?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<Invalidation> {
    this.#engine.ensureOpen();
    const checked = checkedTarget(target);
    checkNames('options', options, ['strict', 'signal']);
    const { strict = this.#defaults.strict, signal } = options;
    checkFlag('strict', strict);
    if (signal !== undefined) checkSignal(signal);
    signal?.throwIfAborted();
    return this.#abortable(this.#engine.invalidating.invalidate(this.#space, checked, false, strict), signal);
  }

  async expire(target: Target): Promise<Invalidation> {
    this.#engine.ensureOpen();
    const { strict } = this.#defaults;
    return this.#engine.invalidating.invalidate(this.#space, checkedTarget(target), true, strict);
  }

  namespace(name: string, defaults?: EntryOptions): Cache {
    return this.within(name, planDefaults(defaults, this.#defaults), 'namespace');
  }

  /** A namespace or the place of a resource, its defaults settled. */
  within(name: string, defaults: EntryPlan, kind: 'namespace' | 'resource'): CacheView {
    checkName(kind, name);
    const space = this.#engine.core.shelf.space(pathOf(this.#space.path, name, kind));
    return new CacheView(this.#engine, space, defaults);
  }

  define<Id, T>(name: string, resource: ResourceOptions<Id, T>): Resource<Id, T> {
    return defineResource(this, this.#defaults, name, resource);
  }

  async warm<T>(
    keys: readonly string[],
    load: Loader<T> | ManyLoader<T>,
    options: EntryOptions<T> & WarmOptions = {},
  ): Promise<WarmReport> {
    this.#engine.ensureOpen();
    checkKeys(keys);
    checkFunction('load', load);
    const plan = planEntry(this.#defaults, options as EntryOptions<never>, WARM_NAMES);
    return warmKeys(this.#engine, this.#space, keys, load as ManyLoader<unknown>, plan, options);
  }

  prefetch<T>(key: string, load: Loader<T>, options?: EntryOptions<T>): void {
    checkKey(key);
    checkFunction('load', load);
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    const { core, reading, loading } = this.#engine;
    if (core.closed || reading.believed(this.#space.place(key), core.clock.monotonic()) !== NONE) return;
    loading.prefetch(this.wish(key, load as Loader<unknown>, plan));
  }

  async once<T>(key: string, fn: (context: OnceContext) => Promise<T>, options: OnceOptions = {}): Promise<T> {
    this.#engine.ensureOpen();
    checkKey(key);
    checkFunction('fn', fn);
    return (await this.#engine.once.once(this.#space.place(key), fn, options)) as T;
  }

  stats(): CacheStats {
    return cacheStats(this.#engine, this.#space);
  }

  hotKeys(n = 20): readonly HotKey[] {
    checkInteger('n', n, 1);
    return hottestOf(this.#engine.core, this.#space, n);
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#engine.ensureOpen();
    return verifyMemory(this.#engine.core, this.#engine.invalidating, this.#space, options);
  }

  async settled(signal?: AbortSignal): Promise<void> {
    this.#engine.ensureOpen();
    if (signal !== undefined) checkSignal(signal);
    signal?.throwIfAborted();
    await this.#abortable(this.#engine.core.settled(), signal);
  }

  on<E extends keyof CacheEvents>(event: E, listener: (fact: CacheEvents[E]) => void): () => void {
    return this.#engine.core.listeners.on(this.#space.path, event, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A namespace shares what it is made of with the others.
    if (this.#space.path === '') await this.#engine.close();
  }

  /** What one caller wants of a key. */
  wish(key: string, load: Loader<unknown>, plan: EntryPlan) {
    return { space: this.#space, key, place: this.#space.place(key), plan, load };
  }

  #abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return abortable(work, signal, this.#engine.core.aborts);
  }

  #refreshWhenDue<T>(slot: Slot, key: string, load: Loader<T>, options: EntryOptions<T> | undefined): void {
    const { loading } = this.#engine;
    if (!this.#hits.isDue(slot, options?.earlyRefresh ?? this.#defaults.earlyRefresh)) return;
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    loading.refresh(this.wish(key, load as Loader<unknown>, plan));
  }

  async #find(key: string, options: { readonly signal?: AbortSignal } | undefined): Promise<unknown> {
    this.#engine.ensureOpen();
    checkKey(key);
    if (options !== undefined) checkReadOptions(options);
    const signal = options?.signal;
    signal?.throwIfAborted();
    const found = await this.#abortable(this.#engine.reading.find(this.#space, key, this.#space.place(key)), signal);
    return found === undefined || found.negative ? undefined : found.value;
  }

  async #obtain<T>(key: string, load: Loader<T>, options: EntryOptions<T> | undefined): Promise<unknown> {
    this.#engine.ensureOpen();
    checkKey(key);
    checkFunction('load', load);
    const plan = planEntry(this.#defaults, options as EntryOptions<never> | undefined);
    return (await this.#engine.loading.obtain(this.wish(key, load as Loader<unknown>, plan))).value;
  }

  async #entry(key: string): Promise<Entry<unknown> | undefined> {
    this.#engine.ensureOpen();
    checkKey(key);
    return this.#engine.reading.entry(this.#space, key, this.#space.place(key));
  }
}
