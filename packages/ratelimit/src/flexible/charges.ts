import type { Decision } from '../limiter/decision.ts';
import type { RateLimiter } from '../limiter/rate-limiter.ts';

const MAX_KEYS = 1_000;
const MAX_CHARGES = 10;

interface Charge {
  readonly decision: Decision;
  readonly points: number;
}

/** The last charges of the keys used last: a limiter gives back only what a decision has charged. */
export interface Charges {
  add(key: string, decision: Decision, points: number): void;
  /** Gives back so many points, or as many as are known of, the last ones first. */
  giveBack(key: string, points: number): Promise<void>;
}

/** Makes the memory that `reward` goes by, bounded in keys and in charges a key. */
export function createCharges(limiter: RateLimiter<string, string>): Charges {
  const charges = new Map<string, Charge[]>();
  return {
    add(key, decision, points) {
      const known = charges.get(key) ?? [];
      charges.delete(key);
      charges.set(key, [...known, { decision, points }].slice(-MAX_CHARGES));
      const [oldest] = charges.keys();
      if (charges.size > MAX_KEYS && oldest !== undefined) charges.delete(oldest);
    },
    async giveBack(key, points) {
      let left = points;
      for (let last = charges.get(key)?.pop(); last !== undefined && left > 0; last = charges.get(key)?.pop()) {
        const units = Math.min(left, last.points);
        if (units > 0 && (await limiter.refund(last.decision, units))) left -= units;
        if (left === 0) return;
      }
    },
  };
}
