/**
 * Requests and accepts of the last `windowMs`. Bucket `i` holds what happened in monotonic time `[i*w, (i+1)*w)` and
 * counts until `buckets` later ones have begun; buckets are turned over when somebody looks.
 */
export class RequestWindow {
  requests = 0;
  accepts = 0;
  readonly #windowMs: number;
  readonly #requests: number[];
  readonly #accepts: number[];
  #current: number;

  constructor(windowMs: number, buckets: number, now: number) {
    this.#windowMs = windowMs;
    this.#requests = new Array<number>(buckets).fill(0);
    this.#accepts = new Array<number>(buckets).fill(0);
    this.#current = this.#bucketAt(now);
  }

  request(now: number): void {
    this.advance(now);
    this.requests += 1;
    this.#add(this.#requests, 1);
  }

  accept(now: number): void {
    this.advance(now);
    this.accepts += 1;
    this.#add(this.#accepts, 1);
  }

  /** Forgets a request made at `at`, unless its bucket is forgotten already. */
  takeBack(now: number, at: number): void {
    this.advance(now);
    const bucket = this.#bucketAt(at);
    if (this.#current - bucket >= this.#requests.length) return;
    this.requests -= 1;
    const slot = this.#slotOf(bucket);
    this.#requests[slot] = (this.#requests[slot] as number) - 1;
  }

  advance(now: number): void {
    const bucket = this.#bucketAt(now);
    const passed = Math.min(bucket - this.#current, this.#requests.length);
    for (let step = 1; step <= passed; step++) {
      const slot = this.#slotOf(this.#current + step);
      this.requests -= this.#requests[slot] as number;
      this.accepts -= this.#accepts[slot] as number;
      this.#requests[slot] = 0;
      this.#accepts[slot] = 0;
    }
    if (passed > 0) this.#current = bucket;
  }

  // Multiplied before it is divided: a bucket's width is often no exact number, its index always is.
  #bucketAt(now: number): number {
    return Math.floor((now * this.#requests.length) / this.#windowMs);
  }

  // A clock may begin below zero.
  #slotOf(bucket: number): number {
    const { length } = this.#requests;
    return ((bucket % length) + length) % length;
  }

  #add(counts: number[], by: number): void {
    const slot = this.#slotOf(this.#current);
    counts[slot] = (counts[slot] as number) + by;
  }
}
