import type { AdaptiveOptions } from '../adaptive-options.ts';
import { beginWithLimit, setLimit } from './controls.ts';
import type { Load, LoadMark } from './load-meter.ts';
import type { PoolEngine } from './pool-engine.ts';

/** Why a limit changed. */
type Why = 'load' | 'wait' | 'idle' | 'no-gain';

// So many times an interval it is looked at in the beginning.
const startTurns = 10;
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

type Change = readonly [limit: number, why: Why];

interface Base {
  readonly limit: number;
  readonly perSecond: number;
  readonly usageMs: number;
}

/**
 * A limit that follows the load. It begins with a quarter of `max` and doubles many times an interval while borrowers wait for
 * too long; the first whole interval with loans places it where the load wants it, and from then on it is looked at once an
 * interval, goes up at once and down step by step. Where nobody comes at all, it goes down step by step as well.
 */
export class AdaptiveLimit<T> {
  readonly #engine: PoolEngine<T>;
  readonly #options: Required<AdaptiveOptions>;
  #mark: LoadMark;
  /** Where the first whole interval with loans begins; undefined once the limit has found its place. */
  #beginning: LoadMark | undefined;
  /** How it was before the limit grew by so much that it must show. */
  #base: Base | undefined;
  /** A growth brought nothing: the next ones are small until one does. */
  #careful = false;
  #grownAt = Number.NEGATIVE_INFINITY;
  /** No step down before this while nobody has come yet. */
  #unusedUntil: number;
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(engine: PoolEngine<T>, options: Required<AdaptiveOptions>) {
    this.#engine = engine;
    this.#options = options;
    const { clock, max, minIdle } = engine.parts.settings;
    const now = clock.monotonic();
    this.#mark = engine.load.mark(now);
    this.#beginning = this.#mark;
    this.#unusedUntil = now + Math.max(options.cooldownMs, options.everyMs);
    engine.load.measureWaits();
    beginWithLimit(engine, this.within(Math.max(Math.ceil(max / 4), minIdle)));
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
    const { everyMs } = this.#options;
    const turnMs = this.#beginning === undefined ? everyMs : everyMs / startTurns;
    this.#engine.parts.agenda.at(now + turnMs, (later) => {
      if (!this.#engine.open) return;
      this.#turn(later);
      this.#waitForTurn(later);
    });
  }

  #turn(now: number): void {
    const { load, room, supply } = this.#engine;
    const measured = load.since(this.#mark, now);
    const { oldestSince } = room;
    // Who still waits counts as well: in a jam nobody is served at all.
    const waitMs = Math.max(load.waits?.at(0.95) ?? 0, oldestSince === undefined ? 0 : now - oldestSince);
    this.#mark = load.mark(now);
    load.waits?.clear();
    const [limit, why] = this.#judged(measured, now) ?? this.#next(measured, waitMs, now);
    if (limit !== supply.limit) setLimit(this.#engine, limit, why);
  }

  /** Back to where it was, when a growth brought nothing. */
  #judged({ returns, elapsedMs, usageMs }: Load, now: number): Change | undefined {
    const base = this.#base;
    if (base === undefined || this.#engine.supply.limit < base.limit * judgedGrowth) return undefined;
    this.#base = undefined;
    const perSecond = (returns / elapsedMs) * 1_000;
    this.#careful = perSecond < base.perSecond * leastGain && usageMs >= base.usageMs * mostSlowdown;
    if (!this.#careful) return undefined;
    this.#heldUntil = now + this.#options.cooldownMs;
    return [this.within(base.limit), 'no-gain'];
  }

  #next(measured: Load, waitMs: number, now: number): Change {
    const { limit, max } = this.#engine.supply;
    const { headroom, waitTargetMs, downStep, cooldownMs } = this.#options;
    const crowded = waitMs > waitTargetMs;
    const placed = this.#place(now);
    if (placed !== undefined && !crowded) return [littleLimit(placed, headroom, this.#least, max), 'load'];
    const starting = this.#beginning !== undefined;
    if (starting && !crowded) return [this.#unused(measured, now), 'idle'];
    const step = limit + Math.max(Math.ceil(limit / (starting ? 1 : 4)), 1);
    const target = littleLimit(measured, headroom, this.#least, max);
    const wanted = crowded ? Math.max(target, step) : target;
    const next = this.within(this.#careful ? Math.min(wanted, step) : wanted);
    if (next > limit) return this.#grow(next, target >= next ? 'load' : 'wait', measured, now);
    const mayShrink = !crowded && now - this.#grownAt >= cooldownMs;
    return [mayShrink ? this.within(Math.max(target, limit - downStep)) : limit, 'idle'];
  }

  /** The load of the first whole interval with loans, when that is just over. */
  #place(now: number): Load | undefined {
    if (this.#beginning === undefined) return undefined;
    const load = this.#engine.load.since(this.#beginning, now);
    if (load.returns === 0) this.#beginning = this.#mark;
    if (load.returns === 0 || load.elapsedMs < this.#options.everyMs) return undefined;
    this.#beginning = undefined;
    return load;
  }

  /** The limit before it has found its place: down a step an interval as long as nobody comes. */
  #unused({ perSecond }: Load, now: number): number {
    const { shelf, limit } = this.#engine.supply;
    const { cooldownMs, downStep, everyMs } = this.#options;
    const cameBack = this.#beginning !== this.#mark;
    if (perSecond > 0 || cameBack || shelf.lent.size > 0) return limit;
    if (now < Math.max(this.#unusedUntil, this.#grownAt + cooldownMs)) return limit;
    this.#unusedUntil = now + everyMs;
    return this.within(limit - downStep);
  }

  #grow(next: number, why: Why, { returns, elapsedMs, usageMs }: Load, now: number): Change {
    const { limit } = this.#engine.supply;
    if (now < this.#heldUntil) return [limit, why];
    this.#grownAt = now;
    this.#base ??= { limit, perSecond: (returns / elapsedMs) * 1_000, usageMs };
    return [next, why];
  }
}
