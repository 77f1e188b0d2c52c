import type { Clock } from '@xc/core';
import type { Step } from '../../store/step.ts';
import type { OpState, StepReply } from '../../store/step-reply.ts';
import type { CallOp } from '../call-op.ts';
import { TokenPool } from './token-pool.ts';

/** How the store is asked. */
type Ask = (step: Step, signal?: AbortSignal) => Promise<StepReply>;

/** What came of a call: the reply of the store, or, without `now`, that memory had it all. */
export interface PooledReply {
  readonly allowed: boolean;
  readonly states: readonly OpState[];
  readonly now: number | undefined;
}

/**
 * Takes tokens of hot keys ahead and serves calls from them. One request for tokens of a key is under way at a time, so a
 * node never holds more than `maxTokens` of it; a refusal is always the word of the store about the call itself.
 */
export class TokenPools {
  readonly #pools = new Map<string, TokenPool>();
  readonly #clock: Clock;
  readonly #ask: Ask;

  constructor(clock: Clock, ask: Ask) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Whether all limits of a call may be taken ahead: otherwise it costs a round trip all the same. */
  static serves(ops: readonly CallOp[]): boolean {
    return ops.every(({ limit, cost }) => limit.tokenLease !== undefined && cost > 0);
  }

  /** Decides a call. Rejects as the store does. */
  async take(ops: readonly CallOp[], signal: AbortSignal | undefined): Promise<PooledReply> {
    for (;;) {
      const lacking = ops.filter((op) => (this.#pools.get(idOf(op.name, op.key))?.tokens ?? 0) < op.cost);
      if (lacking.length === 0) return { allowed: true, states: this.#serve(ops), now: undefined };
      const pending = lacking.map((op) => this.#pools.get(idOf(op.name, op.key))?.pending).find(Boolean);
      if (pending === undefined) return await this.#fetch(ops, lacking, signal);
      await pending;
      signal?.throwIfAborted();
    }
  }

  /** Gives back, or with `discard` throws away, what is held of a key. */
  async drop(name: string, key: string, discard: boolean): Promise<void> {
    const pool = this.#pools.get(idOf(name, key));
    if (discard) pool?.forget();
    else await pool?.drop();
  }

  /** Gives back everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #fetch(
    ops: readonly CallOp[],
    lacking: readonly CallOp[],
    signal: AbortSignal | undefined,
  ): Promise<PooledReply> {
    const chunks = lacking.map((op) => this.#chunkFor(op));
    if (lacking.every(({ cost }, index) => chunks[index] === cost)) return await this.#plain(ops, signal);
    const pools = lacking.map((op) => this.#poolOf(op));
    // A remainder too small for the call is not worth a second receipt.
    for (const pool of pools) if (pool.tokens > 0) void pool.drop();
    const asked = this.#ask({
      kind: 'take',
      ops: lacking.map((op, index) => op.plain({ cost: chunks[index] as number })),
    });
    const over = asked.then(ignore, ignore);
    for (const pool of pools) pool.pending = over;
    try {
      const reply = await asked;
      if (reply.allowed) {
        for (const [index, pool] of pools.entries()) {
          const state = reply.states[index] as OpState;
          if (state.allowed) pool.fill(chunks[index] as number, state);
        }
        return { allowed: true, states: this.#serve(ops, lacking, reply.states), now: reply.now };
      }
      for (const [index, pool] of pools.entries()) pool.refused(reply.states[index] as OpState);
    } finally {
      for (const pool of pools) pool.pending = undefined;
    }
    return await this.#plain(ops, signal);
  }

  /** Asks for what the call itself needs. */
  async #plain(ops: readonly CallOp[], signal: AbortSignal | undefined): Promise<PooledReply> {
    const reply = await this.#ask({ kind: 'take', ops: ops.map((op) => op.plain()) }, signal);
    for (const [index, op] of ops.entries()) op.chargedBy(reply, index);
    return reply;
  }

  /** No more than a tenth of the limit ahead. */
  #chunkFor({ name, key, cost, rule, limit }: CallOp): number {
    if (this.#pools.get(idOf(name, key))?.isModest) return cost;
    return Math.max(cost, Math.min(limit.tokenLease?.maxTokens ?? 0, Math.floor(rule.limit / 10)));
  }

  /** Takes the costs out of the pools; of a shadow limit that has just said no, there is nothing to take. */
  #serve(ops: readonly CallOp[], asked: readonly CallOp[] = [], states: readonly OpState[] = []): OpState[] {
    return ops.map((op) => {
      const state = states[asked.indexOf(op)];
      return state?.allowed === false ? state : this.#poolOf(op).serve(op);
    });
  }

  #poolOf(op: CallOp): TokenPool {
    const id = idOf(op.name, op.key);
    let pool = this.#pools.get(id);
    if (pool === undefined) {
      pool = new TokenPool(op, {
        clock: this.#clock,
        holdMs: op.limit.tokenLease?.holdMs ?? 0,
        // The store may be gone; the tokens then run out where they were charged.
        giveBack: (of, receipt, by) =>
          this.#ask({ kind: 'adjust', ops: [of.plain({ receipt, by: -by })] }).catch(ignore),
        done: () => this.#pools.delete(id),
      });
      this.#pools.set(id, pool);
    }
    return pool;
  }
}

function idOf(name: string, key: string): string {
  return `${name}:${key}`;
}

function ignore(): void {}
