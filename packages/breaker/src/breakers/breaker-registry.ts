import type { RunOptions, Task } from '@xc/core';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerOptions } from '../circuit/breaker-options.ts';
import { circuitKey } from '../circuit/circuit.ts';
import type { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import { type BreakerEvents, breakerEventNames } from '../events/breaker-events.ts';
import { Listeners } from '../events/listeners.ts';
import { callable, oneOf, type PolicyEnvironment, shown } from '../options.ts';
import { breakerLayer } from '../run/breaker-layer.ts';
import { execute, type Fusible, layerKey, taskStage } from '../run/engine.ts';
import type { Layer, Stage } from '../run/frame.ts';
import { hearOut, isThenable } from '../run/hook.ts';
import type { BreakerMaker } from './breaker-maker.ts';
import { BreakerShelf, isIdle, ShelfEntry } from './breaker-shelf.ts';
import type { Breakers } from './breakers.ts';
import { type KeyedEvents, KeyedRelay } from './keyed-relay.ts';

const overflowName = 'overflow';

/** What a registry is made of once its options are checked. */
export interface RegistryParts {
  readonly environment: PolicyEnvironment;
  readonly maker: BreakerMaker;
  readonly forKey: (key: string) => BreakerOptions | undefined;
  readonly maxKeys: number;
  readonly idleMs: number;
}

/**
 * Finds a breaker with one map look-up and a few links, however many there are; `bench/registry.bench.ts` guards it.
 * What is idle is forgotten when a breaker is made and when somebody counts: there is no timer.
 */
export class BreakerRegistry implements Breakers, Fusible {
  readonly [layerKey]: Layer;
  readonly #parts: RegistryParts;
  readonly #first: Stage;
  readonly #listeners: Listeners<KeyedEvents>;
  readonly #shelf = new BreakerShelf();
  #overflow: StatefulBreaker | undefined;

  constructor(parts: RegistryParts) {
    const { clock, logger, name } = parts.environment;
    this.#parts = parts;
    this.#listeners = new Listeners(name, logger);
    this[layerKey] = breakerLayer({ circuitFor: (key) => this.for(key ?? '')[circuitKey] }, clock);
    this.#first = this[layerKey].before(taskStage);
  }

  get name(): string {
    return this.#parts.environment.name;
  }

  get size(): number {
    this.#forgetIdle(this.#now());
    return this.#shelf.size;
  }

  run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
    return execute(this.#first, this.#parts.environment.clock, task, options);
  }

  for(key: string): StatefulBreaker {
    const now = this.#now();
    const entry = this.#shelf.get(key);
    if (entry === undefined || this.#isForgotten(entry, now)) return this.#make(key, now);
    this.#shelf.use(entry, now);
    return entry.breaker;
  }

  peek(key: string): Breaker | undefined {
    const entry = this.#shelf.get(key);
    return entry === undefined || this.#isForgotten(entry, this.#now()) ? undefined : entry.breaker;
  }

  delete(key: string): boolean {
    const entry = this.#shelf.get(key);
    if (entry !== undefined) this.#shelf.delete(entry);
    return entry !== undefined;
  }

  *entries(): IterableIterator<[string, Breaker]> {
    this.#forgetIdle(this.#now());
    for (const { key, breaker } of this.#shelf.all()) yield [key, breaker];
  }

  on<E extends keyof BreakerEvents>(
    event: E,
    listener: (event: BreakerEvents[E] & { readonly key: string }) => void,
  ): () => void {
    oneOf('event', event, breakerEventNames);
    return this.#listeners.add(event, callable('listener', listener));
  }

  #now(): number {
    return this.#parts.environment.clock.monotonic();
  }

  #make(key: string, now: number): StatefulBreaker {
    if (typeof key !== 'string') throw new TypeError(`key must be a string, got ${shown(key)}`);
    const { maker, maxKeys, forKey } = this.#parts;
    this.#forgetIdle(now);
    const own = forKey(key);
    if (own !== undefined) refusePromise(own);
    // Whoever gives options may have asked for the same key meanwhile.
    const existing = this.#shelf.get(key);
    if (existing !== undefined) return existing.breaker;
    if (this.#shelf.size >= maxKeys && !this.#shelf.deleteOldest()) return this.#sharedBreaker();
    const entry = new ShelfEntry(key, this.#shelf, now);
    entry.breaker = maker.make(key, own, new KeyedRelay(key, this.#listeners), entry);
    this.#shelf.add(entry);
    return entry.breaker;
  }

  #sharedBreaker(): StatefulBreaker {
    if (this.#overflow !== undefined) return this.#overflow;
    const { maker, maxKeys, environment } = this.#parts;
    this.#overflow = maker.make(overflowName, undefined, new KeyedRelay(overflowName, this.#listeners));
    const message = 'every breaker is open or has calls in flight: new keys share one';
    environment.logger.warn({ name: this.name, maxKeys }, message);
    return this.#overflow;
  }

  #isForgotten(entry: ShelfEntry, now: number): boolean {
    if (now - entry.usedAt < this.#parts.idleMs || !isIdle(entry.breaker)) return false;
    this.#shelf.delete(entry);
    return true;
  }

  #forgetIdle(now: number): void {
    this.#shelf.deleteUsedUntil(now - this.#parts.idleMs);
  }
}

// An async function has no options to give in time; as an object without any it would be taken for the defaults.
function refusePromise(own: BreakerOptions): void {
  if (!isThenable(own)) return;
  hearOut(own, () => {});
  throw new TypeError('forKey must give options at once, and gave a promise');
}
