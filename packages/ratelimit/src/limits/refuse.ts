/** How a value is shown in a message: a string in quotes, so that '5' is not taken for 5. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

/** Refuses what is not an integer in a range. */
export function checkInteger(path: string, value: unknown, from: number, to: number): void {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  const range =
    to === Number.POSITIVE_INFINITY ? `of at least ${from}` : `from ${from} to ${to === 1e12 ? '1e12' : to}`;
  throw new RangeError(`${path} must be an integer ${range}, got ${shown(value)}`);
}
