import type { MemoryEngine } from '../memory/memory-engine.ts';
import type { Announcer } from './announcer.ts';
import { CallOp } from './call-op.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import { Decided, NOBODY, NOTHING } from './decided.ts';
import type { LimitState } from './limit-state.ts';
import { UnitCharge } from './unit-charge.ts';

/**
 * The way of nearly all calls in memory: they take a unit of limits that are numbers, and are let through. It makes nothing
 * but the decision and the note of what was charged; whatever comes out otherwise goes the long way. The guard of its speed is
 * the bench 'memory'.
 */
export class UnitCalls {
  readonly #engine: MemoryEngine;
  readonly #limits: readonly CompiledLimit[];
  readonly #announcer: Announcer;
  readonly #wall: (monotonic: number) => number;
  /**
   * Never let go of. Were there no decision at the moment of a collection, V8 would forget the shapes of decisions, and with
   * them the code that it has compiled for these: the calls after it would take six times as long.
   */
  readonly keepsakes: readonly unknown[];

  /** @param wall - epoch milliseconds for who has just read the monotonic time. */
  constructor(
    engine: MemoryEngine,
    limits: readonly CompiledLimit[],
    announcer: Announcer,
    wall: (monotonic: number) => number,
  ) {
    this.#announcer = announcer;
    this.#engine = engine;
    this.#limits = limits;
    this.#wall = wall;
    const limit = limits[0] as CompiledLimit;
    const charge = new UnitCharge(limit, limit.rule, '', 0.5, undefined);
    const blank = blankState();
    const { retryAfterMs } = blank;
    this.keepsakes = [
      blank,
      new Decided(true, false, false, 'store', retryAfterMs, NOBODY, statesOf(limits), 0.5, charge),
    ];
  }

  /** Whether all calls that say nothing about themselves are such calls. */
  static serves(limits: readonly CompiledLimit[]): boolean {
    return limits.every(
      ({ limitOf, costOf, isConcurrency }) => limitOf === undefined && costOf === undefined && !isConcurrency,
    );
  }

  /**
   * The decision; or the ops of the call, of which nothing was charged, to be decided the long way.
   * @throws XcError `XC_RATELIMIT_KEY`
   */
  take(subject: unknown): Decided | CallOp[] {
    const limits = this.#limits;
    return limits.length === 1 ? this.#one(limits[0] as CompiledLimit, subject) : this.#all(limits, subject);
  }

  #one(limit: CompiledLimit, subject: unknown): Decided | CallOp[] {
    const key = limit.key(subject);
    if (key === undefined) return [];
    if (!limit.enforce) return [opOf(limit, key)];
    if (!this.#engine.admitOne(limit, key)) return this.#refused(limit, key);
    const state = stateOf(limit);
    const soft = limit.isNear(limit.rule, state.remaining);
    const charge = new UnitCharge(limit, limit.rule, key, limit.place.verdict.mark, undefined);
    const decided = this.#allowed({ [limit.name]: state }, soft, charge);
    count(limit, soft);
    return decided;
  }

  #refused(limit: CompiledLimit, key: string): Decided | CallOp[] {
    // The engine is still to be told that this is a strike.
    if (limit.escalate !== undefined) return [opOf(limit, key)];
    const { name, place } = limit;
    const { remaining, retryAfterMs } = place.verdict;
    const states = { [name]: stateOf(limit) };
    const decidedAt = this.#wall(this.#engine.decidedAt);
    const soft = limit.isNear(limit.rule, remaining);
    const decided = new Decided(false, soft, false, 'store', retryAfterMs, [name], states, decidedAt, NOTHING);
    this.#announcer.limit(opOf(limit, key), place.verdict, 'store');
    return decided;
  }

  #all(limits: readonly CompiledLimit[], subject: unknown): Decided | CallOp[] {
    const keys = new Array<string | undefined>(limits.length);
    let applies = true;
    for (let index = 0; index < limits.length; index++) {
      const limit = limits[index] as CompiledLimit;
      const key = limit.key(subject);
      keys[index] = key;
      if (key === undefined || !limit.enforce) applies = false;
    }
    if (!applies || !this.#engine.admit(limits, keys as string[])) return opsOf(limits, keys);
    let soft = false;
    let charges: UnitCharge | undefined;
    for (let index = limits.length - 1; index >= 0; index--) {
      const limit = limits[index] as CompiledLimit;
      const { mark, remaining } = limit.place.verdict;
      charges = new UnitCharge(limit, limit.rule, keys[index] as string, mark, charges);
      if (limit.isNear(limit.rule, remaining)) soft = true;
    }
    const states = statesOf(limits);
    const decided = this.#allowed(states, soft, charges as UnitCharge);
    for (const limit of limits) count(limit, soft && limit.isNear(limit.rule, states[limit.name]?.remaining ?? 0));
    return decided;
  }

  #allowed(states: Readonly<Record<string, LimitState>>, soft: boolean, charge: UnitCharge): Decided {
    return new Decided(true, soft, false, 'store', 0, NOBODY, states, this.#wall(this.#engine.decidedAt), charge);
  }
}

function opsOf(limits: readonly CompiledLimit[], keys: readonly (string | undefined)[]): CallOp[] {
  return limits.flatMap((limit, index) => {
    const key = keys[index];
    return key === undefined ? [] : [opOf(limit, key)];
  });
}

function opOf(limit: CompiledLimit, key: string): CallOp {
  return new CallOp(limit, key, undefined, limit.rule, 1, false);
}

function count({ cells }: CompiledLimit, isNear: boolean): void {
  cells.decisions.store?.allowed.inc();
  if (isNear) cells.nearLimit.inc();
}

/** By name. The shapes for few limits are spelt out: to add one name after the other takes twice as long. */
function statesOf(limits: readonly CompiledLimit[]): Readonly<Record<string, LimitState>> {
  const [a, b, c] = limits as readonly [CompiledLimit, CompiledLimit, CompiledLimit];
  if (limits.length === 1) return { [a.name]: stateOf(a) };
  if (limits.length === 2) return { [a.name]: stateOf(a), [b.name]: stateOf(b) };
  if (limits.length === 3) return { [a.name]: stateOf(a), [b.name]: stateOf(b), [c.name]: stateOf(c) };
  return Object.fromEntries(limits.map((limit) => [limit.name, stateOf(limit)]));
}

/** A state with places for numbers of every kind: whole small ones need no room of their own there. */
function blankState(): LimitState {
  const none = undefined as unknown as number;
  return {
    limit: none,
    capacity: none,
    windowMs: none,
    unit: 'requests',
    remaining: none,
    resetAfterMs: none,
    retryAfterMs: none,
    shadowed: false,
    blocked: false,
  };
}

/** How an enforced limit stands after it was judged. */
function stateOf({ rule, unit, capacity, place }: CompiledLimit): LimitState {
  const { limit } = rule;
  const { remaining, resetAfterMs, retryAfterMs, blocked } = place.verdict;
  const windowMs = place.verdict.windowMs ?? (rule as { readonly windowMs: number }).windowMs;
  return { limit, capacity, windowMs, unit, remaining, resetAfterMs, retryAfterMs, shadowed: false, blocked };
}
