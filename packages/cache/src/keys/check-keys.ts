import { checkKey, describe } from './check-key.ts';

/** @throws TypeError unless it is an array of keys. */
export function checkKeys(keys: unknown): asserts keys is readonly string[] {
  if (!Array.isArray(keys)) throw new TypeError(`keys must be an array of strings, got ${describe(keys)}`);
  for (const key of keys) checkKey(key);
}

/** The last value of each key. @throws TypeError for what are no pairs of a key and a value. */
export function lastOfEach<T>(entries: Iterable<readonly [string, T]>): Map<string, T> {
  const last = new Map<string, T>();
  for (const entry of entries) {
    if (!Array.isArray(entry))
      throw new TypeError(`entries must be pairs of a key and a value, got ${describe(entry)}`);
    const [key, value] = entry as readonly [string, T];
    checkKey(key);
    last.set(key, value);
  }
  return last;
}
