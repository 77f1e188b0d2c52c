/** Milliseconds as a person says them: `0.8 ms`, `47 ms`, `1.08 s`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return 'none';
  if (!Number.isFinite(ms)) return 'never';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${ms.toFixed(0)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** A ratio as a percentage: `0.31 %`, `47 %`. */
export function percent(ratio: number): string {
  const percentage = ratio * 100;
  return `${percentage.toFixed(percentage === 0 || percentage >= 10 ? 0 : 2)} %`;
}
