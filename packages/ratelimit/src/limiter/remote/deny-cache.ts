import type { OpState } from '../../store/step-reply.ts';
import type { CallOp } from '../call-op.ts';
import type { DenyCacheOptions } from '../rate-limiter-options.ts';

/** A refusal by the store, as it was when the call was sent. */
interface Denial {
  readonly ops: readonly CallOp[];
  readonly states: readonly OpState[];
  readonly cost: number;
  readonly sentAt: number;
  readonly until: number;
}

/**
 * Remembers refusals for as long as they must last, so that a client that does not listen costs a map lookup. Times are
 * monotonic milliseconds of this node, counted from when the call was sent: a refusal can only be forgotten early.
 */
export class DenyCache {
  readonly #denials = new Map<string, Denial>();
  readonly #max: number;
  readonly #maxMs: number;

  constructor({ max = 10_000, maxMs = 1_000 }: DenyCacheOptions) {
    this.#max = max;
    this.#maxMs = maxMs;
  }

  /** What the store would say to a call that it must refuse; `undefined` when it has to be asked. */
  find(ops: readonly CallOp[], now: number): readonly OpState[] | undefined {
    for (const op of ops) {
      const id = idOf(op.name, op.key);
      const denial = this.#denials.get(id);
      if (denial === undefined) continue;
      if (now >= denial.until) this.#denials.delete(id);
      else if (op.enforce && op.cost >= denial.cost && isSame(ops, denial.ops)) {
        this.#denials.delete(id);
        this.#denials.set(id, denial);
        return denial.states.map((state) => later(state, now - denial.sentAt));
      }
    }
    return undefined;
  }

  /** Takes note of a refusal by the store. */
  remember(ops: readonly CallOp[], states: readonly OpState[], sentAt: number): void {
    // Each rejection counts for a limit that escalates, until it blocks: the store must see them.
    if (ops.some(({ escalate }, index) => escalate !== undefined && !states[index]?.blocked)) return;
    for (const [index, op] of ops.entries()) {
      const state = states[index] as OpState;
      if (state.allowed || !op.enforce) continue;
      // A lease may end any moment; its refusal is no promise.
      if (op.rule.algorithm === 'concurrency' && !state.blocked) continue;
      const id = idOf(op.name, op.key);
      this.#denials.delete(id);
      if (this.#denials.size >= this.#max) this.#denials.delete(this.#denials.keys().next().value as string);
      const until = sentAt + Math.min(state.retryAfterMs, this.#maxMs);
      this.#denials.set(id, { ops, states, cost: op.cost, sentAt, until });
    }
  }

  /** Forgets what is known of a key. */
  forget(name: string, key: string): void {
    this.#denials.delete(idOf(name, key));
  }
}

function idOf(name: string, key: string): string {
  return `${name}:${key}`;
}

/** The same limits of the same keys, with the same numbers. */
function isSame(ops: readonly CallOp[], others: readonly CallOp[]): boolean {
  if (ops.length !== others.length) return false;
  for (let index = 0; index < ops.length; index++) {
    const [one, other] = [ops[index] as CallOp, others[index] as CallOp];
    if (one.limit !== other.limit || one.key !== other.key || one.enforce !== other.enforce) return false;
    if (one.rule !== other.rule && !sameNumbers(one.rule, other.rule)) return false;
  }
  return true;
}

interface Numbers {
  readonly limit: number;
  readonly burst?: number;
}

function sameNumbers(one: Numbers, other: Numbers): boolean {
  return one.limit === other.limit && one.burst === other.burst;
}

/** The same refusal, so many milliseconds later. */
function later(state: OpState, elapsed: number): OpState {
  const left = (ms: number) => Math.max(0, Math.ceil(ms - elapsed));
  const retryAfterMs = left(state.retryAfterMs);
  return {
    ...state,
    allowed: retryAfterMs === 0,
    resetAfterMs: left(state.resetAfterMs),
    retryAfterMs,
  };
}
