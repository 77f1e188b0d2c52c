import type { Random } from './random.ts';

/** How long to wait before trying again; pure, given a `Random`. */
export interface Backoff {
  /** Milliseconds to wait after the failed try number `attempt`, 1 for the first. */
  delayMs(attempt: number, random: Random): number;
}
