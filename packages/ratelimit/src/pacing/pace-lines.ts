import type { RateLimitHint } from '../headers/rate-limit-hint.ts';
import { PaceLine, type PaceRules } from './pace-line.ts';

/** However long a server wants peace, after a day it is asked again. */
const LONGEST_HOLD_MS = 86_400_000;

/** A line for each key that has something to wait for; the others cost nothing. */
export class PaceLines {
  readonly #rules: PaceRules & { readonly spread: boolean; readonly maxKeys: number };
  readonly #lines = new Map<string, PaceLine>();

  constructor(rules: PaceRules & { readonly spread: boolean; readonly maxKeys: number }) {
    this.#rules = rules;
  }

  /** The line of a key, used just now; `undefined` when there is nothing to wait for. */
  of(key: string): PaceLine | undefined {
    const line = this.#lines.get(key);
    if (line === undefined) return undefined;
    this.#lines.delete(key);
    if (line.idle) return undefined;
    this.#lines.set(key, line);
    return line;
  }

  /** Takes in what a response to the call that left at `leftAt` has said. */
  learn(key: string, hint: RateLimitHint, refused: boolean, leftAt: number): void {
    const holdMs = Math.min(
      refused && hint.retryAfterMs !== undefined ? hint.retryAfterMs : usedUpMs(hint),
      LONGEST_HOLD_MS,
    );
    if (holdMs > 0) this.#open(key).hold(holdMs);
    const scarce = this.#rules.spread ? scarcest(hint) : undefined;
    if (scarce !== undefined) this.#open(key).space(scarce.spacingMs, scarce.resetAfterMs, leftAt);
    else this.#lines.get(key)?.space(0, 0, leftAt);
  }

  #open(key: string): PaceLine {
    const known = this.of(key);
    if (known !== undefined) return known;
    const [oldest] = this.#lines.keys();
    // Whoever waits in it still has it, and leaves in time.
    if (oldest !== undefined && this.#lines.size >= this.#rules.maxKeys) this.#lines.delete(oldest);
    const line = new PaceLine(this.#rules);
    this.#lines.set(key, line);
    return line;
  }
}

/** Until the last of the limits that are used up is there again. */
function usedUpMs({ items }: RateLimitHint): number {
  return items.reduce((ms, item) => (item.remaining === 0 ? Math.max(ms, item.resetAfterMs ?? 0) : ms), 0);
}

/** The widest spacing of those limits of which a fifth or less is left. */
function scarcest({ items }: RateLimitHint): { readonly spacingMs: number; readonly resetAfterMs: number } | undefined {
  return items
    .filter(({ remaining, limit }) => remaining > 0 && limit !== undefined && remaining <= limit / 5)
    .map(({ remaining, resetAfterMs = 0 }) => ({ spacingMs: resetAfterMs / (remaining + 1), resetAfterMs }))
    .reduce<ReturnType<typeof scarcest>>(
      (widest, one) => (widest && widest.spacingMs >= one.spacingMs ? widest : one),
      undefined,
    );
}
