/** What holds for a queue to which nobody gave a `keep`. */
export const defaultKeep: Readonly<Record<'done' | 'dead', { readonly count: number; readonly maxAgeMs: number }>> = {
  done: { count: 1000, maxAgeMs: 3_600_000 },
  dead: { count: 10_000, maxAgeMs: 1_209_600_000 },
};

/** What holds for the keys of a queue to which nobody gave a `perKey`. */
export const defaultPerKey: { readonly concurrency: number; readonly onRetry: 'wait' } = {
  concurrency: 1,
  onRetry: 'wait',
};
