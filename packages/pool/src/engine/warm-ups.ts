import type { Due } from './agenda.ts';
import type { Onlooker } from './onlooker.ts';
import type { PoolEngine } from './pool-engine.ts';
import { closedError, warmupError } from './pool-errors.ts';

/** What `warm` resolves to. */
export interface Warmed {
  readonly opened: number;
  readonly tookMs: number;
}

/** One call of `warm`: keeps the pool opening until enough are open. */
class WarmUp<T> implements Onlooker {
  readonly count: number;
  readonly #engine: PoolEngine<T>;
  readonly #settled: (warmUp: WarmUp<T>) => void;
  readonly #startedAt: number;
  readonly #createdBefore: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (warmed: Warmed) => void;
  readonly #reject: (error: unknown) => void;
  readonly #deadline: Due;

  constructor(
    engine: PoolEngine<T>,
    count: number,
    deadlineMs: number,
    signal: AbortSignal | undefined,
    resolve: (warmed: Warmed) => void,
    reject: (error: unknown) => void,
    settled: (warmUp: WarmUp<T>) => void,
  ) {
    const { clock } = engine.parts.settings;
    this.count = count;
    this.#engine = engine;
    this.#settled = settled;
    this.#startedAt = clock.monotonic();
    this.#createdBefore = engine.supply.shelf.created;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this, { once: true });
    this.#deadline = engine.parts.agenda.at(this.#startedAt + deadlineMs, () => this.#missed());
  }

  changed(now: number): void {
    const { parts, supply, open } = this.#engine;
    if (!open) this.#fail(closedError(parts.settings.name));
    else if (supply.shelf.size >= Math.min(this.count, supply.limit)) {
      this.#leave();
      this.#resolve({ opened: this.#opened, tookMs: now - this.#startedAt });
    }
  }

  handleEvent(): void {
    this.#fail(this.#signal?.reason);
  }

  get #opened(): number {
    return this.#engine.supply.shelf.created - this.#createdBefore;
  }

  #missed(): void {
    const { parts, supply } = this.#engine;
    this.#fail(warmupError(parts.settings.name, this.#opened, this.count, supply.creator.lastError));
  }

  #fail(error: unknown): void {
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    this.#signal?.removeEventListener('abort', this);
    this.#engine.parts.agenda.drop(this.#deadline);
    this.#settled(this);
  }
}

/** Opens resources ahead of their use. */
export class WarmUps<T> {
  readonly #engine: PoolEngine<T>;
  readonly #running = new Set<WarmUp<T>>();

  constructor(engine: PoolEngine<T>) {
    this.#engine = engine;
  }

  start(count: number, deadlineMs: number, signal: AbortSignal | undefined): Promise<Warmed> {
    const engine = this.#engine;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const warmUp = new WarmUp(engine, count, deadlineMs, signal, resolve, reject, (settled) => {
        this.#running.delete(settled);
        engine.onlookers.delete(settled);
        this.#aim();
      });
      this.#running.add(warmUp);
      engine.onlookers.add(warmUp);
      this.#aim();
      engine.wake();
    });
  }

  #aim(): void {
    this.#engine.warmTarget = Math.max(0, ...[...this.#running].map(({ count }) => count));
  }
}
