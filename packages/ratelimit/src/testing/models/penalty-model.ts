import type { Escalate } from '../../limits/escalate.ts';

/** Block and strikes of one key; times in milliseconds. */
export function penaltyModel() {
  let blockedUntil = Number.NEGATIVE_INFINITY;
  let firstStrikeAt = Number.NEGATIVE_INFINITY;
  let strikes = 0;
  let level = 0;

  return {
    /** Milliseconds that a running block has left, 0 when there is none. */
    left: (now: number) => Math.max(0, Math.ceil(blockedUntil - now)),

    block(now: number, blockMs: number): void {
      blockedUntil = Math.max(blockedUntil, now + blockMs);
    },

    /** Counts a rejection outside a block, in earnest or as a question; the length of the block that it brings, if any. */
    strike(rule: Escalate, now: number, write: boolean): number | undefined {
      const { after, withinMs, blockMs, factor = 2, maxBlockMs = 86_400_000, forgetMs = 86_400_000 } = rule;
      const goesOn = now < firstStrikeAt + withinMs;
      const count = goesOn ? strikes + 1 : 1;
      const reached = now >= blockedUntil + forgetMs ? 0 : level;
      const length = count >= after ? Math.ceil(Math.min(maxBlockMs, blockMs * factor ** reached)) : undefined;
      if (!write) return length;
      if (!goesOn) firstStrikeAt = now;
      strikes = count;
      if (length === undefined) return undefined;
      strikes = 0;
      firstStrikeAt = Number.NEGATIVE_INFINITY;
      level = reached + 1;
      blockedUntil = now + length;
      return length;
    },
  };
}

/** Block and strikes of one key. */
export type PenaltyModel = ReturnType<typeof penaltyModel>;
