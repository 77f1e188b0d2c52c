import type { Clock, Logger } from '@xc/core';
import type { OpState } from '../store/step-reply.ts';
import type { CallOp } from './call-op.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import type { Decision, DecisionSource } from './decision.ts';
import { keyHash } from './key-hash.ts';
import type { RateLimiterEvents } from './limiter-events.ts';

/** Blocks that this node remembers having told of. */
const MOST_BLOCKS = 10_000;

/** What is looked at to count a decision. */
type Counted = Pick<OpState, 'remaining' | 'retryAfterMs' | 'blocked'>;

/** Tells metrics, listeners and the log what happens. What a listener throws is logged and never felt. */
export class Announcer {
  readonly #events: RateLimiterEvents;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #hash = keyHash();
  /** Monotonic end of the blocks told of, by limit and key. */
  readonly #blocks = new Map<string, number>();

  constructor(events: RateLimiterEvents, logger: Logger, clock: Clock) {
    this.#events = events;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Counts a decision that took its time, by what it says itself. */
  final(ops: readonly CallOp[], { limits, violated, degraded, source }: Decision): void {
    for (const op of ops) {
      const state = limits[op.name];
      if (state === undefined) continue;
      const allowed = !state.shadowed && !violated.includes(op.name);
      this.#count(op, state, allowed, degraded ? op.limit.onStoreError : source);
    }
  }

  /** Counts a decision, limit by limit. */
  decided(ops: readonly CallOp[], states: readonly OpState[], source: DecisionSource): void {
    for (let index = 0; index < ops.length; index++) this.limit(ops[index] as CallOp, states[index] as OpState, source);
  }

  /** Counts what one limit said. */
  limit(op: CallOp, state: OpState, source: DecisionSource): void {
    this.#count(op, state, state.allowed, source);
  }

  /** A block has begun. */
  blocked(limit: CompiledLimit, key: string, blockMs: number): void {
    const id = `${limit.name}:${key}`;
    const now = this.#clock.monotonic();
    const known = this.#blocks.get(id);
    // A millisecond of grace: what is left of a block is told in whole ones.
    if (known !== undefined && known + 1 >= now + blockMs) return;
    this.#blocks.delete(id);
    if (this.#blocks.size >= MOST_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value as string);
    this.#blocks.set(id, now + blockMs);
    limit.cells.blocks.inc();
    const { blocked } = this.#events;
    if (blocked === undefined) return;
    this.tell(() => this.#events.blocked?.({ limit: limit.name, keyHash: this.#hash(key), retryAfterMs: blockMs }));
  }

  /** A block was taken back. */
  unblocked(limit: CompiledLimit, key: string): void {
    this.#blocks.delete(`${limit.name}:${key}`);
  }

  /** Runs a listener. */
  tell(listener: () => unknown): void {
    try {
      const outcome = listener();
      if (typeof (outcome as PromiseLike<unknown> | undefined)?.then === 'function') {
        (outcome as PromiseLike<unknown>).then(undefined, this.#complain);
      }
    } catch (error) {
      this.#complain(error);
    }
  }

  #count(op: CallOp, state: Counted, allowed: boolean, source: DecisionSource): void {
    const { cells } = op.limit;
    const outcomes = cells.decisions[source];
    if (op.limit.isNear(op.rule, state.remaining)) cells.nearLimit.inc();
    if (allowed) outcomes?.allowed.inc();
    else this.#refused(op, state, outcomes);
  }

  #refused(op: CallOp, state: Counted, outcomes: CompiledLimit['cells']['decisions']['store']): void {
    if (!op.enforce) {
      outcomes?.shadow_rejected.inc();
      return;
    }
    outcomes?.rejected.inc();
    if (state.blocked) this.blocked(op.limit, op.key, state.retryAfterMs);
    if (this.#events.rejected === undefined) return;
    const { name, key } = op;
    const { retryAfterMs } = state;
    this.tell(() => this.#events.rejected?.({ limit: name, keyHash: this.#hash(key), retryAfterMs }));
  }

  readonly #complain = (err: unknown): void => {
    try {
      this.#logger.error({ err }, 'a listener of a rate limiter threw');
    } catch {
      // Whoever cannot listen and cannot log is not heard.
    }
  };
}
