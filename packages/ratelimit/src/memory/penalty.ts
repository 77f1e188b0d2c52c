import type { Escalate } from '../limits/escalate.ts';

/** Block and strikes of one key of one limit. Times are monotonic milliseconds. */
export class Penalty {
  /** End of the last block, running or over. */
  until = Number.NEGATIVE_INFINITY;
  #strikes = 0;
  /** Strikes before do not add up with those after. */
  #strikesUntil = Number.NEGATIVE_INFINITY;
  #level = 0;
  #forgottenAt = Number.NEGATIVE_INFINITY;

  /** From then on there is nothing to remember. */
  get expiresAt(): number {
    return Math.max(this.until, this.#strikesUntil, this.#forgottenAt);
  }

  /** A longer running block stays. */
  block(now: number, blockMs: number): void {
    this.until = Math.max(this.until, now + blockMs);
  }

  /** How long the block is that one more rejection would bring; `undefined` when it would bring none. */
  foresee(rule: Escalate, now: number): number | undefined {
    const strikes = now < this.#strikesUntil ? this.#strikes + 1 : 1;
    if (strikes < rule.after) return undefined;
    const { blockMs, factor = 2, maxBlockMs = 86_400_000 } = rule;
    return Math.ceil(Math.min(maxBlockMs, blockMs * factor ** this.#levelAt(rule, now)));
  }

  /** Counts a rejection; how long the block is that it brings, if any. */
  strike(rule: Escalate, now: number): number | undefined {
    const blockMs = this.foresee(rule, now);
    if (blockMs === undefined) {
      this.#strikes = now < this.#strikesUntil ? this.#strikes + 1 : 1;
      if (this.#strikes === 1) this.#strikesUntil = now + rule.withinMs;
      return undefined;
    }
    this.#level = this.#levelAt(rule, now) + 1;
    this.#strikesUntil = Number.NEGATIVE_INFINITY;
    this.until = now + blockMs;
    this.#forgottenAt = this.until + (rule.forgetMs ?? 86_400_000);
    return blockMs;
  }

  #levelAt({ forgetMs = 86_400_000 }: Escalate, now: number): number {
    return now < this.until + forgetMs ? this.#level : 0;
  }
}
