import { bytesOf, type Hashable } from './text.ts';

/**
 * The 32-bit FNV-1a hash of `data`, an unsigned integer (Fowler, Noll, Vo; draft-eastlake-fnv). It never changes.
 *
 * @param seed - Mixed into the offset basis; with 0 it is the hash as published. @defaultValue 0
 */
export function fnv1a(data: Hashable, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of bytesOf(data)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
