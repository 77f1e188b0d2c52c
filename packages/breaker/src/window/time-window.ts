import type { OutcomeWindow } from './outcome-window.ts';

// A bucket is four neighbours in one array: calls, failures, slow, slow failures.
const countsPerBucket = 4;

/**
 * The outcomes of the last `lengthMs` in `buckets` buckets. Bucket `i` holds what finished in monotonic time
 * `[i*w, (i+1)*w)` and counts until `buckets` later ones have begun. Buckets are turned over when somebody looks, any
 * number at once: there is no timer, and after an hour of silence nothing old counts.
 */
export class TimeWindow implements OutcomeWindow {
  calls = 0;
  failures = 0;
  slow = 0;
  slowFailures = 0;
  readonly #lengthMs: number;
  readonly #buckets: number;
  readonly #counts: number[];
  #current: number;
  // Where the current bucket begins in `#counts`.
  #at = 0;

  constructor(lengthMs: number, buckets: number, now: number) {
    this.#lengthMs = lengthMs;
    this.#buckets = buckets;
    this.#counts = new Array<number>(buckets * countsPerBucket).fill(0);
    this.#current = this.#bucketAt(now);
  }

  get capacity(): number {
    return Number.POSITIVE_INFINITY;
  }

  record(now: number, failed: boolean, slow: boolean): void {
    this.advance(now);
    const counts = this.#counts;
    const at = this.#at;
    this.calls++;
    counts[at] = (counts[at] as number) + 1;
    if (failed) {
      this.failures++;
      counts[at + 1] = (counts[at + 1] as number) + 1;
    }
    if (slow) {
      this.slow++;
      counts[at + 2] = (counts[at + 2] as number) + 1;
    }
    if (failed && slow) {
      this.slowFailures++;
      counts[at + 3] = (counts[at + 3] as number) + 1;
    }
  }

  advance(now: number): void {
    const bucket = this.#bucketAt(now);
    const passed = bucket - this.#current;
    if (passed <= 0) return;
    if (this.calls > 0) {
      if (passed >= this.#buckets) this.clear();
      else for (let begun = 0; begun < passed; begun++) this.#turn();
    }
    this.#current = bucket;
  }

  clear(): void {
    this.calls = 0;
    this.failures = 0;
    this.slow = 0;
    this.slowFailures = 0;
    this.#counts.fill(0);
  }

  // Multiplied before it is divided: a bucket's width is often no exact number, its index always is.
  #bucketAt(now: number): number {
    return Math.floor((now * this.#buckets) / this.#lengthMs);
  }

  #turn(): void {
    const counts = this.#counts;
    const next = this.#at + countsPerBucket;
    const at = next === counts.length ? 0 : next;
    this.calls -= counts[at] as number;
    this.failures -= counts[at + 1] as number;
    this.slow -= counts[at + 2] as number;
    this.slowFailures -= counts[at + 3] as number;
    counts.fill(0, at, at + countsPerBucket);
    this.#at = at;
  }
}
