import { checkObject } from './options/check-names.ts';
import { checkFinite, checkNotNegative, checkShare } from './options/check-number.ts';

/** What is known when an entry is read. */
export interface EarlyRefreshFacts {
  /** Milliseconds by the clock of `expiresAt`. */
  readonly now: number;
  readonly expiresAt: number;
  /** Milliseconds that the load of this entry took. */
  readonly deltaMs: number;
  /** Above 1 refreshes earlier, below 1 later. */
  readonly beta: number;
  /** In (0, 1]. */
  readonly random: number;
}

/**
 * XFetch: whether this read loads the entry anew before it expires. The closer the expiry and the longer the load, the likelier:
 * so many readers of one key rarely agree to, and hardly ever all meet it expired.
 *
 * True when `now - deltaMs * beta * ln(random) >= expiresAt`: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache
 * Stampede Prevention", VLDB 2015.
 *
 * @throws TypeError or RangeError, naming the fact, for what is no number or not in its range.
 */
export function shouldRefreshEarly(facts: EarlyRefreshFacts): boolean {
  checkObject('facts', facts);
  const { now, expiresAt, deltaMs, beta, random } = facts;
  checkFinite('now', now);
  checkNotNegative('expiresAt', expiresAt);
  checkFinite('deltaMs', deltaMs);
  checkFinite('beta', beta);
  if (random === 0) throw new RangeError('random must be in (0, 1], got 0');
  checkShare('random', random, true);
  return now - deltaMs * beta * Math.log(random) >= expiresAt;
}
