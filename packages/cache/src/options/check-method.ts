import { describe } from '../keys/check-key.ts';

/** @throws TypeError unless it has the method; undefined: nothing was given. */
export function checkMethod(name: string, value: unknown, method: string): void {
  if (value === undefined) return;
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return;
  throw new TypeError(`${name} must be an object with the method ${method}, got ${describe(value)}`);
}
