import { bytesOf, type Hashable } from './text.ts';
import { avalanche, rotate, round, withByte, withWord } from './xxh32-rounds.ts';

/**
 * The 32-bit xxHash of `data`, an unsigned integer (xxhash_spec.md, section "XXH32"). It never changes.
 *
 * Text of plain ASCII is read where it stands: to turn a short key into bytes takes longer than to hash it. The five primes
 * stand where they are used, because V8 does not fold constants of a module that a bundler has turned into variables.
 *
 * @param seed - An unsigned 32-bit integer. @defaultValue 0
 */
export function xxh32(data: Hashable, seed = 0): number {
  return xxh32Word(data, seed) >>> 0;
}

/** The same as a signed word, which V8 hands over in a register where it would make an object of the other half of them. */
export function xxh32Word(data: Hashable, seed: number): number {
  return typeof data === 'string' ? ofText(data, seed) : ofBytes(data, seed);
}

/** The lanes take turns, so that the text is read in one place. */
function ofText(text: string, seed: number): number {
  const size = text.length;
  let at = 0;
  let seen = 0;
  let hash = (seed + 0x165667b1) | 0;
  if (size >= 16) {
    let a = (seed + 0x9e3779b1 + 0x85ebca77) | 0;
    let b = (seed + 0x85ebca77) | 0;
    let c = seed | 0;
    let d = (seed - 0x9e3779b1) | 0;
    for (const end = size & ~15; at < end; at += 4) {
      const p = text.charCodeAt(at);
      const q = text.charCodeAt(at + 1);
      const r = text.charCodeAt(at + 2);
      const s = text.charCodeAt(at + 3);
      seen |= p | q | r | s;
      const rounded = round(a, p | (q << 8) | (r << 16) | (s << 24));
      a = b;
      b = c;
      c = d;
      d = rounded;
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  }
  hash = (hash + size) | 0;
  for (const end = size & ~3; at < end; at += 4) {
    const p = text.charCodeAt(at);
    const q = text.charCodeAt(at + 1);
    const r = text.charCodeAt(at + 2);
    const s = text.charCodeAt(at + 3);
    seen |= p | q | r | s;
    hash = withWord(hash, p | (q << 8) | (r << 16) | (s << 24));
  }
  for (; at < size; at += 1) {
    const code = text.charCodeAt(at);
    seen |= code;
    hash = withByte(hash, code);
  }
  // What was made of anything but ASCII is thrown away.
  return seen > 127 ? ofBytes(bytesOf(text), seed) : avalanche(hash);
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
