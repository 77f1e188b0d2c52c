import { canonicalText } from './canonical-text.ts';
import { sha256 } from './sha256.ts';

/** A key of more bytes than this is cut, and ends in the hash of all of it. */
const MAX_BYTES = 200;
const KEPT_CHARACTERS = 100;
/** The half of a character that a cut leaves; a key must not end its readable part with it. */
const CUT_PAIR = /[\uD800-\uDBFF]$/;

/**
 * Canonical, collision-free key from any parts. Types count: `1`, `'1'`, `1n`, `true`, `null`, `undefined`, a `Date` and bytes give
 * different keys; the order of an object's properties does not. Keys of more than 200 bytes are cut and end in a SHA-256.
 *
 * @throws TypeError for a part that has no canonical text: a function, a symbol, a cycle, an object whose state does not show.
 *
 * @example
 * ```ts
 * cacheKey('user', 42); // "user",42
 * cacheKey({ b: 2, a: 1 }) === cacheKey({ a: 1, b: 2 }); // true
 * ```
 */
export function cacheKey(...parts: unknown[]): string {
  // Nothing else begins with a parenthesis, and an empty text is no key.
  if (parts.length === 0) return '()';
  const text = parts.map((part) => canonicalText(part)).join(',');
  // At most 3 bytes a character: short ones need no counting.
  if (text.length * 3 <= MAX_BYTES || Buffer.byteLength(text) <= MAX_BYTES) return text;
  // No text of parts has a # outside of quotes, so none ends as this does.
  return `${text.slice(0, KEPT_CHARACTERS).replace(CUT_PAIR, '')}#${sha256(text)}`;
}
