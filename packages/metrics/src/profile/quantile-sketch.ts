/** Each bucket is so much wider than the one before that its middle is within 1 % of all that is in it. */
const GAMMA = 1.02;
const LOG_GAMMA = Math.log(GAMMA);

/**
 * Quantiles of positive numbers within 1 % relative error, in memory that grows with the logarithm of their spread.
 *
 * Source: Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch" (2019).
 */
export class QuantileSketch {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  get max(): number {
    return this.#max;
  }

  add(value: number): void {
    const bucket = value > 0 ? Math.ceil(Math.log(value) / LOG_GAMMA) : Number.NEGATIVE_INFINITY;
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#max = Math.max(this.#max, value);
  }

  /** By nearest rank; 0 when there is nothing. */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= rank) return Math.min(this.#max, (2 * GAMMA ** bucket) / (GAMMA + 1));
    }
    return 0;
  }
}
