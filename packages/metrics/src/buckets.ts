/** For requests, in seconds: 5 ms to 10 s. */
export const latencyBuckets: readonly number[] = Object.freeze([
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]);

/** For what takes microseconds, in seconds: 50 us to 100 ms. */
export const fastBuckets: readonly number[] = Object.freeze([
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
]);

/** For sizes, in bytes: 128 B to 64 MiB, each four times the one before, but for the last. */
export const sizeBuckets: readonly number[] = Object.freeze([
  128, 512, 2_048, 8_192, 32_768, 131_072, 524_288, 2_097_152, 8_388_608, 33_554_432, 67_108_864,
]);

/** How many buckets a histogram may have, that of `+Inf` not counted. */
const MOST_BUCKETS = 160;

/** `0.1 + 2 * 0.1` is no number that anybody has asked for. */
const DIGITS = 12;

/**
 * `count` bounds, `width` apart, the first at `start`; without the dirt of binary fractions (12 significant digits).
 *
 * @throws RangeError when `start` is not finite, `width` is not above 0, or `count` is not from 1 to 160.
 */
export function linearBuckets(start: number, width: number, count: number): readonly number[] {
  checkFinite('start', start);
  if (!(width > 0)) throw new RangeError(`width must be above 0, got ${width}`);
  return generate(count, (index) => start + index * width);
}

/**
 * `count` bounds, each `factor` times the one before, the first at `start`; without the dirt of binary fractions (12 significant
 * digits).
 *
 * @throws RangeError when `start` is not above 0, `factor` is not above 1, or `count` is not from 1 to 160.
 */
export function exponentialBuckets(start: number, factor: number, count: number): readonly number[] {
  if (!(start > 0)) throw new RangeError(`start must be above 0, got ${start}`);
  if (!(factor > 1)) throw new RangeError(`factor must be above 1, got ${factor}`);
  return generate(count, (index) => start * factor ** index);
}

/**
 * The bounds of a histogram, without the `+Inf` that may stand last.
 *
 * @throws RangeError when they do not increase, one is not finite, or there are more than 160.
 */
export function checkBuckets(buckets: readonly number[]): readonly number[] {
  const bounds = buckets.at(-1) === Number.POSITIVE_INFINITY ? buckets.slice(0, -1) : [...buckets];
  if (bounds.length > MOST_BUCKETS)
    throw new RangeError(`buckets must be at most ${MOST_BUCKETS}, got ${bounds.length}`);
  for (const [index, bound] of bounds.entries()) {
    checkFinite('buckets', bound);
    const before = bounds[index - 1];
    if (before !== undefined && bound <= before) {
      throw new RangeError(`buckets must increase, got ${bound} after ${before}`);
    }
  }
  // There is one zero.
  return Object.freeze(bounds.map((bound) => bound + 0));
}

function generate(count: number, bound: (index: number) => number): readonly number[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_BUCKETS) {
    throw new RangeError(`count must be an integer from 1 to ${MOST_BUCKETS}, got ${count}`);
  }
  return checkBuckets(Array.from({ length: count }, (_, index) => Number(bound(index).toPrecision(DIGITS))));
}

function checkFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be finite, got ${value}`);
}
