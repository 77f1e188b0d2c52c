import type { Hashable } from '../hash/text.ts';
import { shown } from './shown.ts';

/**
 * One value that says where something belongs. A number must be a safe integer, and is the same key as its decimal text: 42,
 * 42n and '42' meet. Bytes are as they are, text is UTF-8.
 */
export type KeyPart = string | number | bigint | Uint8Array;

/** A key; of several parts only for the partitioners that say so. */
export type ShardKey = KeyPart | readonly KeyPart[];

/**
 * What is hashed of a key of one part.
 * @throws TypeError for anything that is not a key.
 */
export function hashableOf(key: unknown): Hashable {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
      // The sign of a zero says nothing.
      if (Number.isSafeInteger(key)) return String(key);
      break;
    case 'bigint':
      return String(key);
    default:
      if (key instanceof Uint8Array) return key;
  }
  throw new TypeError(`key must be a string, a safe integer, a bigint or bytes, got ${shown(key)}`);
}

/**
 * The parts of a key that has as many.
 * @throws TypeError for a key of one part, of more or fewer, or with a part that is none.
 */
export function partsOf(key: ShardKey, names: readonly string[]): readonly Hashable[] {
  if (!Array.isArray(key) || key.length !== names.length) {
    throw new TypeError(`key must be [${names.join(', ')}], got ${shown(key)}`);
  }
  return key.map(hashableOf);
}

/**
 * Refuses what is no key for anybody; how many parts it may have is for others to say.
 * @throws TypeError
 */
export function checkKey(key: unknown): void {
  for (const part of Array.isArray(key) ? key : [key]) hashableOf(part);
}

/** A key as text, to name it in a map: bytes and their text are one key there, as they are to a hash. */
export function textOf(key: KeyPart): string {
  const hashable = hashableOf(key);
  return typeof hashable === 'string' ? hashable : Buffer.from(hashable).toString('utf8');
}

/** Any key as text, to be shown: its parts with a comma between them. */
export function shownKey(key: ShardKey): string {
  if (typeof key === 'string') return key;
  return Array.isArray(key) ? key.map(textOf).join(',') : textOf(key as KeyPart);
}
