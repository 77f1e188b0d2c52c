import type { Target } from '../api/target.ts';
import { checkKey, describe, fits } from '../keys/check-key.ts';
import { checkTag } from './check-tags.ts';

const FIELDS = ['key', 'keys', 'tags', 'prefix', 'all'];

/** @throws TypeError or RangeError unless exactly one thing is said, and said right. */
export function checkTarget(target: unknown): asserts target is Target {
  if (typeof target !== 'object' || target === null) {
    throw new TypeError(`target must be an object with one of ${FIELDS.join(', ')}, got ${describe(target)}`);
  }
  const named = Object.keys(target).filter((field) => (target as Record<string, unknown>)[field] !== undefined);
  if (named.length !== 1 || !FIELDS.includes(named[0] as string)) {
    const got = named.length === 0 ? 'none' : named.join(', ');
    throw new TypeError(`target must have exactly one of ${FIELDS.join(', ')}, got ${got}`);
  }
  const { key, keys, tags, prefix, all } = target as Record<string, unknown>;
  if (key !== undefined) return checkKey(key);
  if (keys !== undefined) return checkList('keys', keys, checkKey);
  if (tags !== undefined) return checkList('tags', tags, checkTag);
  if (prefix !== undefined) return checkPrefix(prefix);
  if (all !== true) throw new TypeError(`all must be true, got ${describe(all)}`);
}

function checkList(name: string, list: unknown, check: (item: unknown) => void): void {
  if (!Array.isArray(list)) throw new TypeError(`${name} must be an array of strings, got ${describe(list)}`);
  for (const item of list) check(item);
}

function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== 'string' || !fits(prefix, 1024)) {
    throw new TypeError(`prefix must be a string of 1 to 1024 bytes, got ${describe(prefix)}`);
  }
}
