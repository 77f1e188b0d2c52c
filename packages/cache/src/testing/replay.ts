import { ManualClock, SeededRandom } from '@xc/core/testing';
import { type MemoryPolicy, MemoryStore } from '../memory/memory-store.ts';
import { NONE } from '../memory/slot.ts';
import { checkNames, checkOneOf } from '../options/check-names.ts';
import { checkInteger } from '../options/check-number.ts';

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** @defaultValue 'adaptive' */
  readonly policy?: MemoryPolicy;
  /** Entries that there is room for; an integer of at least 1. */
  readonly maxItems: number;
  /**
   * Of everything that is random in the policy.
   * @defaultValue 1
   */
  readonly seed?: number;
}

/** What a cache of this size would have made of a trace. */
export interface HitRate {
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  /** Hits among all requests, from 0 to 1; 0 for an empty trace. */
  readonly hitRate: number;
}

const FOREVER = { storedAt: 0, freshUntil: Number.POSITIVE_INFINITY, keptUntil: Number.POSITIVE_INFINITY };
const FACTS = { ...FOREVER, stamp: 0, loadMs: 0, marks: 0, extra: undefined, weight: 0 };

/**
 * Plays the keys of a trace against the memory tier, each one a read and, where nothing is found, a write: what hit rate would
 * this policy have at this size?
 *
 * @throws TypeError for an option or a policy that there is not, RangeError when `maxItems` is not an integer of at least 1.
 */
export function replay(trace: Iterable<string | number>, options: ReplayOptions): HitRate {
  checkNames('options', options, ['policy', 'maxItems', 'seed']);
  const { policy = 'adaptive', maxItems, seed = 1 } = options;
  checkOneOf('policy', policy, ['adaptive', 's3fifo', 'lru']);
  checkInteger('maxItems', maxItems, 1);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  const fixed = { maxBytes: Number.POSITIVE_INFINITY, clock: new ManualClock(), random: new SeededRandom(seed) };
  const store = new MemoryStore({ policy, maxItems, ...fixed });
  let requests = 0;
  let hits = 0;
  for (const item of trace) {
    const key = String(item);
    const slot = store.find(key);
    requests++;
    if (slot === NONE) store.put(key, undefined, FACTS);
    else {
      store.hit(slot);
      hits++;
    }
  }
  return { requests, hits, misses: requests - hits, hitRate: requests === 0 ? 0 : hits / requests };
}
