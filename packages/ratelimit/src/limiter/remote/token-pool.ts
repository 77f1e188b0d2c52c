import type { Clock, Timer } from '@xc/core';
import type { OpState } from '../../store/step-reply.ts';
import type { CallOp } from '../call-op.ts';

/** What a pool needs of whoever keeps it. */
export interface TokenPoolParts {
  readonly clock: Clock;
  readonly holdMs: number;
  giveBack(op: CallOp, receipt: string, units: number): Promise<unknown>;
  /** There is nothing to remember any more. */
  done(): void;
}

/** Tokens of one key of one limit that this node has taken ahead. */
export class TokenPool {
  tokens = 0;
  /** Settles when the tokens that are on their way have come, or not. */
  pending: Promise<unknown> | undefined;
  /** What the store said when it granted the tokens. */
  #state: OpState | undefined;
  #takenAt = 0;
  /** Not to ask for more than a call needs before that: the store has refused. */
  #modestUntil = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  readonly #op: CallOp;
  readonly #parts: TokenPoolParts;

  constructor(op: CallOp, parts: TokenPoolParts) {
    this.#op = op;
    this.#parts = parts;
    this.#keep();
  }

  get isModest(): boolean {
    return this.#parts.clock.monotonic() < this.#modestUntil;
  }

  /** The store has granted so many. */
  fill(tokens: number, state: OpState): void {
    this.#state = state;
    this.#takenAt = this.#parts.clock.monotonic();
    this.#add(tokens);
    this.#keep();
  }

  /** The store has refused to give more than a call needs. */
  refused({ retryAfterMs }: OpState): void {
    const { clock, holdMs } = this.#parts;
    this.#modestUntil = clock.monotonic() + Math.min(retryAfterMs, holdMs);
    this.#keep();
  }

  /** Serves a call; there are tokens enough. */
  serve(op: CallOp): OpState {
    this.#add(-op.cost);
    const state = this.#state as OpState;
    op.keeper = 'store';
    op.receipt = state.receipt;
    const elapsed = this.#parts.clock.monotonic() - this.#takenAt;
    const resetAfterMs = Math.max(0, Math.ceil(state.resetAfterMs - elapsed));
    return { ...state, remaining: state.remaining + this.tokens, resetAfterMs };
  }

  /** Gives back what is left. */
  async drop(): Promise<void> {
    const receipt = this.#state?.receipt;
    const left = this.forget();
    if (left > 0 && receipt !== undefined) await this.#parts.giveBack(this.#op, receipt, left);
  }

  /** Lets go of what is left without giving it back; how many it was. */
  forget(): number {
    const left = this.tokens;
    this.#add(-left);
    return left;
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    return this.drop();
  }

  #keep(): void {
    const { clock, holdMs, done } = this.#parts;
    this.#timer?.cancel();
    this.#timer = clock.after(holdMs, () => {
      void this.drop();
      if (this.pending === undefined) done();
      else this.#keep();
    });
  }

  #add(tokens: number): void {
    this.tokens += tokens;
    if (tokens !== 0) this.#op.limit.cells.leasedTokens.add(tokens);
  }
}
