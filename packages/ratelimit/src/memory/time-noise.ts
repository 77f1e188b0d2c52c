/** Milliseconds, a nanosecond, by which a window may seem to last longer for no other reason than that it began at a fraction. */
const TIME_NOISE_MS = 1e-6;

/** What is left where thirds and ninths were added and taken away, of time or of tokens: nothing, where it is less than the noise of that. */
export function withoutNoise(ms: number): number {
  return ms > TIME_NOISE_MS ? ms : 0;
}

/** Milliseconds left, rounded up to whole ones; 0 when the time is over. */
export function wholeMsLeft(ms: number): number {
  return ms > TIME_NOISE_MS ? Math.ceil(ms - TIME_NOISE_MS) : 0;
}
