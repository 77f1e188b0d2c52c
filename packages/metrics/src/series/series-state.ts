/** Whether a series is in its metric, and what its next write has to do. */
export const SeriesState = {
  /** Not written since somebody last looked: the next write says so. */
  quiet: 0,
  /** Written since: the next write is a write and nothing else. */
  written: 1,
  /** Written since, and the next value in some bucket still asks for an exemplar. */
  asking: 2,
  /** Removed or idle for too long: the next write brings it back. */
  gone: 3,
} as const;

/** One of the four states, as a small integer: a write compares it with `written` alone. */
export type SeriesState = (typeof SeriesState)[keyof typeof SeriesState];
