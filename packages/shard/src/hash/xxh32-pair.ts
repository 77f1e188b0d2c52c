import { bytesOf, type Hashable } from './text.ts';
import { xxh32Word } from './xxh32.ts';
import { avalanche, rotate, round, withByte, withWord } from './xxh32-rounds.ts';

/**
 * `xxh32` with two seeds, `seed` and the one above, as signed words at `pair[0]` and `pair[1]`. The text is read once: reading
 * takes longer than hashing.
 */
export function xxh32Pair(data: Hashable, seed: number, pair: Int32Array): void {
  if (typeof data === 'string' && ofText(data, seed | 0, pair)) return;
  const bytes = bytesOf(data);
  pair[0] = xxh32Word(bytes, seed);
  pair[1] = xxh32Word(bytes, seed + 1);
}

/** False for text with anything but ASCII in it. */
function ofText(text: string, seed: number, pair: Int32Array): boolean {
  const size = text.length;
  let at = 0;
  let seen = 0;
  let low = (seed + 0x165667b1) | 0;
  let high = (low + 1) | 0;
  if (size >= 16) {
    let a = (seed + 0x9e3779b1 + 0x85ebca77) | 0;
    let b = (seed + 0x85ebca77) | 0;
    let c = seed;
    let d = (seed - 0x9e3779b1) | 0;
    let e = (a + 1) | 0;
    let f = (b + 1) | 0;
    let g = (c + 1) | 0;
    let h = (d + 1) | 0;
    for (const end = size & ~15; at < end; at += 4) {
      const p = text.charCodeAt(at);
      const q = text.charCodeAt(at + 1);
      const r = text.charCodeAt(at + 2);
      const s = text.charCodeAt(at + 3);
      seen |= p | q | r | s;
      const word = p | (q << 8) | (r << 16) | (s << 24);
      const one = round(a, word);
      a = b;
      b = c;
      c = d;
      d = one;
      const other = round(e, word);
      e = f;
      f = g;
      g = h;
      h = other;
    }
    low = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    high = rotate(e, 1) + rotate(f, 7) + rotate(g, 12) + rotate(h, 18);
  }
  low = (low + size) | 0;
  high = (high + size) | 0;
  for (const end = size & ~3; at < end; at += 4) {
    const p = text.charCodeAt(at);
    const q = text.charCodeAt(at + 1);
    const r = text.charCodeAt(at + 2);
    const s = text.charCodeAt(at + 3);
    seen |= p | q | r | s;
    const word = p | (q << 8) | (r << 16) | (s << 24);
    low = withWord(low, word);
    high = withWord(high, word);
  }
  for (; at < size; at += 1) {
    const code = text.charCodeAt(at);
    seen |= code;
    low = withByte(low, code);
    high = withByte(high, code);
  }
  pair[0] = avalanche(low);
  pair[1] = avalanche(high);
  return seen <= 127;
}
