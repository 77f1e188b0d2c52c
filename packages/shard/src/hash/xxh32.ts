import { bytesOf, type Hashable } from './text.ts';

/**
 * The 32-bit xxHash of `data`, an unsigned integer (xxhash_spec.md, section "XXH32"). It never changes.
 *
 * Text of plain ASCII is read where it stands: to turn a short key into bytes takes longer than to hash it. The five primes
 * stand where they are used, because V8 does not fold constants of a module that a bundler has turned into variables.
 *
 * @param seed - An unsigned 32-bit integer. @defaultValue 0
 */
export function xxh32(data: Hashable, seed = 0): number {
  return (typeof data === 'string' ? ofText(data, seed) : undefined) ?? ofBytes(bytesOf(data), seed);
}

/** `undefined` for text with anything but ASCII in it. */
function ofText(text: string, seed: number): number | undefined {
  const size = text.length;
  let at = 0;
  let seen = 0;
  let hash: number;
  if (size >= 16) {
    let a = (seed + 0x9e3779b1 + 0x85ebca77) | 0;
    let b = (seed + 0x85ebca77) | 0;
    let c = seed | 0;
    let d = (seed - 0x9e3779b1) | 0;
    for (const last = size - 16; at <= last; at += 16) {
      const p = wordAt(text, at);
      const q = wordAt(text, at + 4);
      const r = wordAt(text, at + 8);
      const s = wordAt(text, at + 12);
      seen |= p | q | r | s;
      if (seen < 0) return undefined;
      a = round(a, p);
      b = round(b, q);
      c = round(c, r);
      d = round(d, s);
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  } else {
    hash = seed + 0x165667b1;
  }
  hash = (hash + size) | 0;
  for (; at + 4 <= size; at += 4) {
    const word = wordAt(text, at);
    if (word < 0) return undefined;
    hash = withWord(hash, word);
  }
  for (; at < size; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127) return undefined;
    hash = withByte(hash, code);
  }
  return avalanche(hash);
}

function ofBytes(bytes: Uint8Array, seed: number): number {
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  let at = 0;
  let hash: number;
  if (size >= 16) {
    let a = (seed + 0x9e3779b1 + 0x85ebca77) | 0;
    let b = (seed + 0x85ebca77) | 0;
    let c = seed | 0;
    let d = (seed - 0x9e3779b1) | 0;
    for (const last = size - 16; at <= last; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  } else {
    hash = seed + 0x165667b1;
  }
  hash = (hash + size) | 0;
  for (; at + 4 <= size; at += 4) hash = withWord(hash, view.getInt32(at, true));
  for (; at < size; at += 1) hash = withByte(hash, view.getUint8(at));
  return avalanche(hash);
}

/** Four characters as a little-endian word; negative where one of them is not ASCII. */
function wordAt(text: string, at: number): number {
  const a = text.charCodeAt(at);
  const b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2);
  const d = text.charCodeAt(at + 3);
  return (a | b | c | d) > 127 ? -1 : a | (b << 8) | (c << 16) | (d << 24);
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, 0x85ebca77)) | 0, 13), 0x9e3779b1);
}

function withWord(hash: number, word: number): number {
  return Math.imul(rotate((hash + Math.imul(word, 0xc2b2ae3d)) | 0, 17), 0x27d4eb2f);
}

function withByte(hash: number, byte: number): number {
  return Math.imul(rotate((hash + Math.imul(byte, 0x165667b1)) | 0, 11), 0x9e3779b1);
}

function avalanche(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
