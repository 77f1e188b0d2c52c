import type { OutcomeWindow } from './outcome-window.ts';

// What went wrong in a bucket is three neighbours in one array: failures, slow calls, slow failures.
const faultsPerBucket = 3;

/**
 * The outcomes of the last `lengthMs` in `buckets` buckets. Bucket `i` holds what finished in monotonic time
 * `[i*w, (i+1)*w)` and counts until `buckets` later ones have begun. Buckets are turned over when somebody looks, any
 * number at once: there is no timer, and after an hour of silence nothing old counts. Methods are private as in `StateMachine`.
 */
export class TimeWindow implements OutcomeWindow {
  calls = 0;
  failures = 0;
  slow = 0;
  slowFailures = 0;
  readonly #lengthMs: number;
  readonly #calls: number[];
  // Made when something first goes wrong: most windows of most breakers never need it.
  #faults: number[] | undefined;
  #current: number;
  // The place of the current bucket in the ring.
  #at = 0;

  constructor(lengthMs: number, buckets: number, now: number) {
    this.#lengthMs = lengthMs;
    this.#calls = new Array<number>(buckets).fill(0);
    this.#current = this.bucketAt(now);
  }

  get capacity(): number {
    return Number.POSITIVE_INFINITY;
  }

  record(now: number, failed: boolean, slow: boolean): void {
    this.advance(now);
    this.calls++;
    this.#calls[this.#at] = (this.#calls[this.#at] as number) + 1;
    if (failed || slow) this.recordFault(failed, slow);
  }

  advance(now: number): void {
    const bucket = this.bucketAt(now);
    const passed = bucket - this.#current;
    if (passed <= 0) return;
    this.#current = bucket;
    if (passed >= this.#calls.length) this.clear();
    else for (let turned = 0; turned < passed; turned++) this.turn();
  }

  clear(): void {
    if (this.calls === 0) return;
    this.calls = 0;
    this.failures = 0;
    this.slow = 0;
    this.slowFailures = 0;
    this.#calls.fill(0);
    this.#faults?.fill(0);
  }

  // Multiplied before it is divided: a bucket's width is often no exact number, its index always is.
  private bucketAt(now: number): number {
    return Math.floor((now * this.#calls.length) / this.#lengthMs);
  }

  private recordFault(failed: boolean, slow: boolean): void {
    this.#faults ??= new Array<number>(this.#calls.length * faultsPerBucket).fill(0);
    const faults = this.#faults;
    const at = this.#at * faultsPerBucket;
    if (failed) {
      this.failures++;
      faults[at] = (faults[at] as number) + 1;
    }
    if (slow) {
      this.slow++;
      faults[at + 1] = (faults[at + 1] as number) + 1;
    }
    if (failed && slow) {
      this.slowFailures++;
      faults[at + 2] = (faults[at + 2] as number) + 1;
    }
  }

  /** Makes the oldest bucket the current one, empty. */
  private turn(): void {
    this.#at = this.#at + 1 === this.#calls.length ? 0 : this.#at + 1;
    this.calls -= this.#calls[this.#at] as number;
    this.#calls[this.#at] = 0;
    const faults = this.#faults;
    if (faults === undefined) return;
    const at = this.#at * faultsPerBucket;
    this.failures -= faults[at] as number;
    this.slow -= faults[at + 1] as number;
    this.slowFailures -= faults[at + 2] as number;
    faults.fill(0, at, at + faultsPerBucket);
  }
}
