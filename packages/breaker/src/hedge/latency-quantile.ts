// Each bucket is 10 % wider than the one before; its middle is within 5 % of everything in it.
const growth = 1.1;
const leastMs = 0.01;
const buckets = 1 + Math.ceil(Math.log(2 ** 31 / leastMs) / Math.log(growth));
const generation = 2_048;

/**
 * A quantile of the latest latencies, within 5 %, in fixed logarithmic buckets: between the last 2,048 and the last 4,096
 * of them count, so that an old level is forgotten.
 */
export class LatencyQuantile {
  readonly #quantile: number;
  #young = new Uint16Array(buckets);
  #old = new Uint16Array(buckets);
  #youngCount = 0;
  #oldCount = 0;
  #known = 0;
  #knownAt = 0;
  #recorded = 0;

  constructor(quantile: number) {
    this.#quantile = quantile;
  }

  get samples(): number {
    return this.#youngCount + this.#oldCount;
  }

  record(ms: number): void {
    if (this.#youngCount === generation) {
      const oldest = this.#old;
      this.#old = this.#young;
      this.#oldCount = this.#youngCount;
      this.#young = oldest.fill(0);
      this.#youngCount = 0;
    }
    const bucket = bucketOf(ms);
    this.#young[bucket] = (this.#young[bucket] as number) + 1;
    this.#youngCount += 1;
    this.#recorded += 1;
  }

  /** Milliseconds; 0 without samples. A walk through the buckets, saved for the next two percent of samples. */
  value(): number {
    if (this.#known === 0 || this.#recorded - this.#knownAt > this.samples / 50) {
      this.#known = this.#measured();
      this.#knownAt = this.#recorded;
    }
    return this.#known;
  }

  #measured(): number {
    const rank = Math.ceil(this.#quantile * this.samples);
    let seen = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      seen += (this.#young[bucket] as number) + (this.#old[bucket] as number);
      if (seen >= rank && seen > 0) return middleOf(bucket);
    }
    return 0;
  }
}

// Bucket 0 holds everything up to `leastMs`, bucket i what is above `leastMs * growth^(i-1)`, up to `growth` times that.
function bucketOf(ms: number): number {
  if (!(ms > leastMs)) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(ms / leastMs) / Math.log(growth)));
}

// Equally far, by ratio, from both ends: (growth - 1) / (growth + 1) is 4.8 %.
function middleOf(bucket: number): number {
  return bucket === 0 ? leastMs : (leastMs * growth ** bucket * 2) / (growth + 1);
}
