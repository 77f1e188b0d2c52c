// The exponent of 2 and the next two bits of whole microseconds: no value is off by more than a fifth.
const buckets = 128;
const microsecondsMax = 2 ** 31 - 1;
// Old values fade: all counts are halved when there are this many.
const mostCounted = 4_096;

/** The distribution of recent durations; adding one costs a few nanoseconds. */
export class Quantiles {
  readonly #counts = new Uint32Array(buckets);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(ms: number): void {
    const us = ms * 1_000 < microsecondsMax ? (ms * 1_000) | 0 : microsecondsMax;
    const exponent = 31 - Math.clz32(us | 1);
    const fraction = exponent < 2 ? 0 : (us >>> (exponent - 2)) & 3;
    const at = exponent * 4 + fraction;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#total++;
    if (this.#total === mostCounted) this.#fade();
  }

  /** Milliseconds that the given share of the values do not exceed; 0 when there are none. */
  at(share: number): number {
    let left = this.#total * share;
    if (this.#total === 0) return 0;
    for (let at = 0; at < buckets; at++) {
      left -= this.#counts[at] as number;
      if (left <= 0) return (2 ** (at >> 2) * (1 + ((at & 3) + 1) / 4)) / 1_000;
    }
    return Number.POSITIVE_INFINITY;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  #fade(): void {
    this.#total = 0;
    for (let at = 0; at < buckets; at++) {
      const half = (this.#counts[at] as number) >>> 1;
      this.#counts[at] = half;
      this.#total += half;
    }
  }
}
