import { bytesOf, type Hashable } from './text.ts';

/**
 * The 32-bit MurmurHash3 (x86_32) of `data`, an unsigned integer (Austin Appleby, MurmurHash3.cpp). It never changes.
 *
 * @param seed - An unsigned 32-bit integer. @defaultValue 0
 */
export function murmur3(data: Hashable, seed = 0): number {
  const bytes = bytesOf(data);
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  let hash = seed | 0;
  let at = 0;
  for (; at + 4 <= size; at += 4) {
    hash ^= scrambled(view.getInt32(at, true));
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let index = size - 1; index >= at; index -= 1) rest = (rest << 8) | view.getUint8(index);
  hash ^= scrambled(rest);
  return fmix32(hash ^ size);
}

/** The finalizer of MurmurHash3: a bijection of 32-bit words whose every bit depends on every bit. */
export function fmix32(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

function scrambled(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
