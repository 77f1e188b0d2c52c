// Each bucket is 3 % wider than the one before; its middle is within 1.5 % of everything in it.
const growth = 1.03;
const leastMs = 0.01;
const buckets = 1 + Math.ceil(Math.log(2 ** 31 / leastMs) / Math.log(growth));
const generation = 2_048;
// What adding up shares may be off by: a rank that falls on a boundary must not slip into the next bucket.
const rounding = 1e-9;

/** What one generation of attempts showed. */
interface Histogram {
  readonly answered: Uint16Array;
  readonly outlasted: Uint16Array;
  attempts: number;
  answers: number;
}

/**
 * A quantile of the time that answers take, within 2 %, in fixed logarithmic buckets: between the last 2,048 and the last
 * 4,096 attempts count, so that an old level is forgotten.
 *
 * An attempt that was given up after x says no more than that its answer would have taken longer than x. It is neither an
 * answer after x (the quantile would sink) nor nothing at all (it would sink as well: the slow ones are the ones given
 * up). Its share is spread over what was seen beyond x: Kaplan and Meier, 1958, as Efron's redistribution to the right.
 * When more than 1 - quantile of the attempts outlasted everything, the quantile is somewhere above: one bucket above the
 * longest wait, so that the estimate climbs until answers are seen there.
 */
export class LatencyQuantile {
  readonly #quantile: number;
  #young: Histogram = emptyHistogram();
  #old: Histogram = emptyHistogram();
  #known = 0;
  #knownAt = 0;
  #recorded = 0;

  constructor(quantile: number) {
    this.#quantile = quantile;
  }

  /** Answers that count; an attempt that was given up is none. */
  get samples(): number {
    return this.#young.answers + this.#old.answers;
  }

  /** An answer took so long. */
  answered(ms: number): void {
    this.#count('answered', ms);
    this.#young.answers += 1;
  }

  /** An attempt was given up after so long: its answer would have taken longer. */
  outlasted(ms: number): void {
    this.#count('outlasted', ms);
  }

  /** Milliseconds; 0 without samples. A walk through the buckets, saved for the next percent of attempts. */
  value(): number {
    const attempts = this.#young.attempts + this.#old.attempts;
    if (this.#known === 0 || this.#recorded - this.#knownAt >= Math.max(1, attempts / 100)) {
      this.#known = this.#measured(attempts);
      this.#knownAt = this.#recorded;
    }
    return this.#known;
  }

  #count(what: 'answered' | 'outlasted', ms: number): void {
    if (this.#young.attempts === generation) {
      this.#old = this.#young;
      this.#young = emptyHistogram();
    }
    const bucket = bucketOf(ms);
    const counts = this.#young[what];
    counts[bucket] = (counts[bucket] as number) + 1;
    this.#young.attempts += 1;
    this.#recorded += 1;
  }

  #measured(attempts: number): number {
    let left = attempts;
    let seen = 0;
    let longest = 0;
    // What one attempt stands for: itself, and its part of those given up before.
    let share = 1 / attempts;
    for (let bucket = 0; bucket < buckets && left > 0; bucket++) {
      const answered = inBoth(this.#young.answered, this.#old.answered, bucket);
      const outlasted = inBoth(this.#young.outlasted, this.#old.outlasted, bucket);
      if (answered === 0 && outlasted === 0) continue;
      longest = bucket;
      seen += answered * share;
      if (answered > 0 && seen >= this.#quantile - rounding) return middleOf(bucket);
      left -= answered + outlasted;
      if (outlasted > 0) share *= (left + outlasted) / left;
    }
    return attempts === 0 ? 0 : middleOf(longest + 1);
  }
}

function emptyHistogram(): Histogram {
  return { answered: new Uint16Array(buckets), outlasted: new Uint16Array(buckets), attempts: 0, answers: 0 };
}

function inBoth(young: Uint16Array, old: Uint16Array, bucket: number): number {
  return (young[bucket] as number) + (old[bucket] as number);
}

// Bucket 0 holds everything up to `leastMs`, bucket i what is above `leastMs * growth^(i-1)`, up to `growth` times that.
function bucketOf(ms: number): number {
  if (!(ms > leastMs)) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log(ms / leastMs) / Math.log(growth)));
}

// Equally far, by ratio, from both ends: (growth - 1) / (growth + 1) is 1.48 %.
function middleOf(bucket: number): number {
  return bucket === 0 ? leastMs : (leastMs * growth ** bucket * 2) / (growth + 1);
}
