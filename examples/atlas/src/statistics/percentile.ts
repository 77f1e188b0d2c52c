/**
 * The smallest sample that at least `share` of all samples do not exceed (nearest rank), or undefined without samples.
 * Percentiles cannot be averaged: give it every sample, not the percentiles of parts.
 *
 * @param share in (0, 1]: 0.95 for the p95
 */
export function percentile(samples: Iterable<number>, share: number): number | undefined {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
