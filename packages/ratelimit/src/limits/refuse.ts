/** How a value is shown in a message: a string in quotes, so that '5' is not taken for 5. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}

/** Refuses a value that is none of what it may be. */
export function refuse(path: string, wanted: string, value: unknown): never {
  throw new TypeError(`${path} must be ${wanted}, got ${shown(value)}`);
}

/** Refuses what is not an integer in a range. */
export function checkInteger(path: string, value: unknown, from: number, to: number): void {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  throw new RangeError(`${path} must be an integer from ${from} to ${to === 1e12 ? '1e12' : to}, got ${shown(value)}`);
}

/** Refuses what is not a number in a range. */
export function checkNumber(path: string, value: unknown, from: number, to: number): void {
  if (typeof value === 'number' && value >= from && value <= to) return;
  const range = from === Number.MIN_VALUE ? `above 0 and up to ${to}` : `from ${from} to ${to}`;
  throw new RangeError(`${path} must be a number ${range}, got ${shown(value)}`);
}

/** Refuses what is not in a list. */
export function checkOneOf(path: string, value: unknown, wanted: readonly unknown[]): void {
  if (wanted.includes(value)) return;
  const names = wanted.filter((one) => one !== undefined).map(shown);
  refuse(path, `one of ${names.join(', ')}`, value);
}
