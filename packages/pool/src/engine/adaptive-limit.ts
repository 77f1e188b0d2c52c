import type { AdaptiveOptions } from '../adaptive-options.ts';
import type { Load, LoadMark } from './load-meter.ts';
import type { PoolEngine } from './pool-engine.ts';

/** Why a limit changed. */
type Why = 'load' | 'wait' | 'idle' | 'no-gain';

// A growth of this much is judged by what it brought.
const judgedGrowth = 1.25;
const leastGain = 1.05;
const mostSlowdown = 1.2;

/** Little's law: how many are in use at a time, with headroom, within bounds. */
export function littleLimit(
  load: Pick<Load, 'perSecond' | 'usageMs'>,
  headroom: number,
  least: number,
  most: number,
): number {
  // The subtraction keeps 3.0000000000000004 at 3.
  const wanted = Math.ceil((load.perSecond * load.usageMs * headroom) / 1_000 - 1e-9);
  return Math.min(Math.max(wanted, least), most);
}

interface Base {
  readonly limit: number;
  readonly perSecond: number;
  readonly usageMs: number;
}

/**
 * A limit that follows the load. It starts at `max`; the first interval in which anything came back places it, and from then on
 * it goes up at once and down step by step.
 */
export class AdaptiveLimit<T> {
  readonly #engine: PoolEngine<T>;
  readonly #options: Required<AdaptiveOptions>;
  #mark: LoadMark;
  #placed = false;
  /** How it was before the limit grew by so much that it must show. */
  #base: Base | undefined;
  /** A growth brought nothing: the next ones are small until one does. */
  #careful = false;
  #grownAt = Number.NEGATIVE_INFINITY;
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(engine: PoolEngine<T>, options: Required<AdaptiveOptions>) {
    this.#engine = engine;
    this.#options = options;
    const now = engine.parts.settings.clock.monotonic();
    this.#mark = engine.load.mark(now);
    engine.load.measureWaits();
    this.#waitForTurn(now);
  }

  /** The nearest legal limit. */
  within(limit: number): number {
    return Math.min(Math.max(limit, this.#least), this.#engine.supply.max);
  }

  get #least(): number {
    return Math.max(this.#engine.supply.min, 1);
  }

  #waitForTurn(now: number): void {
    this.#engine.parts.agenda.at(now + this.#options.everyMs, (later) => {
      if (!this.#engine.open) return;
      this.#turn(later);
      this.#waitForTurn(later);
    });
  }

  #turn(now: number): void {
    const { load, room, supply } = this.#engine;
    const measured = load.since(this.#mark, now);
    const { oldestSince } = room;
    // Who still waits counts as well: in a jam nobody arrives at all.
    const waitMs = Math.max(load.waits?.at(0.95) ?? 0, oldestSince === undefined ? 0 : now - oldestSince);
    this.#mark = load.mark(now);
    load.waits?.clear();
    const [limit, why] = this.#next(measured, waitMs, now);
    if (limit !== supply.limit) this.#engine.setLimit(limit, why);
  }

  #next(measured: Load, waitMs: number, now: number): readonly [number, Why] {
    const { limit, max } = this.#engine.supply;
    const { headroom, waitTargetMs, downStep, cooldownMs } = this.#options;
    const perSecond = (measured.returns / measured.elapsedMs) * 1_000;
    const base = this.#base;
    if (base !== undefined && limit >= base.limit * judgedGrowth) {
      this.#base = undefined;
      const noGain = perSecond < base.perSecond * leastGain && measured.usageMs >= base.usageMs * mostSlowdown;
      this.#careful = noGain;
      if (noGain) {
        this.#heldUntil = now + cooldownMs;
        return [this.within(base.limit), 'no-gain'];
      }
    }
    const target = littleLimit(measured, headroom, this.#least, max);
    const crowded = waitMs > waitTargetMs;
    const quarter = limit + Math.max(Math.ceil(limit / 4), 1);
    if (!this.#placed && measured.returns > 0) {
      this.#placed = true;
      if (!crowded) return [target, 'load'];
    }
    const wanted = crowded ? Math.max(target, quarter) : target;
    const next = this.within(this.#careful ? Math.min(wanted, quarter) : wanted);
    if (next > limit) return this.#grow(next, target >= next ? 'load' : 'wait', measured, perSecond, now);
    const mayShrink = this.#placed && !crowded && now - this.#grownAt >= cooldownMs;
    return [mayShrink ? this.within(Math.max(target, limit - downStep)) : limit, 'idle'];
  }

  #grow(next: number, why: Why, { usageMs }: Load, perSecond: number, now: number): readonly [number, Why] {
    const { limit } = this.#engine.supply;
    if (now < this.#heldUntil) return [limit, why];
    this.#grownAt = now;
    this.#base ??= { limit, perSecond, usageMs };
    return [next, why];
  }
}
