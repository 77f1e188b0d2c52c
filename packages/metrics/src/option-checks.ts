/** Refuses what is not an integer of at least 1. */
export function checkPositiveInteger(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  throw new RangeError(`${name} must be a positive integer, got ${String(value)}`);
}

/** Refuses what is not a number above 0; `Infinity` is one. */
export function checkPositive(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return;
  throw new RangeError(`${name} must be above 0, got ${String(value)}`);
}

/** Refuses what is not a number of at least `least`; `Infinity` is one. */
export function checkAtLeast(name: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  throw new RangeError(`${name} must be at least ${least}, got ${String(value)}`);
}
