/** Ten minutes: longer profiles tell no more and take the memory of the process. */
const LONGEST_MS = 600_000;

/** Refuses a length that is not above 0 and at most ten minutes. */
export function checkLength(ms: unknown): void {
  if (typeof ms === 'number' && ms > 0 && ms <= LONGEST_MS) return;
  throw new RangeError(`ms must be above 0 and at most ${LONGEST_MS}, got ${String(ms)}`);
}
