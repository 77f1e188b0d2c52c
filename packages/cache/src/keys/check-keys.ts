import { checkKey, describe } from './check-key.ts';

/** @throws TypeError unless it is an array of keys. */
export function checkKeys(keys: unknown): asserts keys is readonly string[] {
  if (!Array.isArray(keys)) throw new TypeError(`keys must be an array of strings, got ${describe(keys)}`);
  for (const key of keys) checkKey(key);
}
