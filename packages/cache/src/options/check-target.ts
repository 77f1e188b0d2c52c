import type { Target } from '../api/target.ts';
import { checkKey, describe, fits } from '../keys/check-key.ts';
import { checkTag } from './check-tags.ts';

const FIELDS = ['key', 'keys', 'tags', 'prefix', 'all'];

/**
 * The one thing that is said; a field that is undefined says nothing.
 *
 * @throws TypeError or RangeError unless exactly one thing is said, and said right.
 */
export function checkedTarget(target: unknown): Target {
  if (typeof target !== 'object' || target === null) {
    throw new TypeError(`target must be an object with one of ${FIELDS.join(', ')}, got ${describe(target)}`);
  }
  const said = Object.entries(target).filter(([, value]) => value !== undefined);
  const [field, value] = said[0] ?? [];
  if (said.length !== 1 || field === undefined || !FIELDS.includes(field)) {
    const got = said.length === 0 ? 'none' : said.map(([name]) => name).join(', ');
    throw new TypeError(`target must have exactly one of ${FIELDS.join(', ')}, got ${got}`);
  }
  if (field === 'key') checkKey(value);
  else if (field === 'keys') checkList('keys', value, checkKey);
  else if (field === 'tags') checkList('tags', value, checkTag);
  else if (field === 'prefix') checkPrefix(value);
  else if (value !== true) throw new TypeError(`all must be true, got ${describe(value)}`);
  return { [field]: value } as Target;
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
