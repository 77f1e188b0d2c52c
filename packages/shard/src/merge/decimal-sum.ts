import { decimalOf, isUnbounded, sumOf } from './decimal.ts';

/**
 * The sum of decimals that a driver gives as text, as text again and exactly as the database would have added them up; `undefined`
 * where nothing has a fraction, or something is a double or no number.
 */
export function decimalSum(values: readonly unknown[]): string | undefined {
  const unbounded = new Set(values.filter(isUnbounded));
  const decimals = values.filter((value) => !isUnbounded(value)).map(decimalOf);
  const areExact = decimals.every((decimal) => decimal !== undefined);
  if (!areExact || (unbounded.size === 0 && decimals.every(({ scale }) => scale === 0))) return undefined;
  if (unbounded.size === 0) return sumOf(decimals);
  const [only] = unbounded;
  return unbounded.size === 1 ? only : 'NaN';
}
