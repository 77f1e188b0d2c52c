import { bytesOf, type Hashable } from './text.ts';

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

/**
 * The 64-bit xxHash of `data`, an unsigned bigint (xxhash_spec.md, section "XXH64"). It never changes. Some microseconds: take
 * {@link xxh32} where 32 bits will do.
 *
 * @param seed - An unsigned 64-bit integer. @defaultValue 0
 */
export function xxh64(data: Hashable, seed: number | bigint = 0): bigint {
  const bytes = bytesOf(data);
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const start = u64(BigInt(seed));
  let at = 0;
  let hash: bigint;
  if (size >= 32) {
    let lanes = [u64(start + P1 + P2), u64(start + P2), start, u64(start - P1)];
    for (const last = size - 32; at <= last; at += 32) {
      const from = at;
      lanes = lanes.map((lane, index) => round(lane, view.getBigUint64(from + 8 * index, true)));
    }
    const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint];
    hash = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  } else {
    hash = u64(start + P5);
  }
  hash = u64(hash + BigInt(size));
  for (; at + 8 <= size; at += 8) {
    hash = u64(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= size) {
    hash = u64(rotate(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < size; at += 1) hash = u64(rotate(hash ^ u64(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

function round(lane: bigint, word: bigint): bigint {
  return u64(rotate(u64(lane + word * P2), 31n) * P1);
}

function rotate(word: bigint, by: bigint): bigint {
  return u64(word << by) | (word >> (64n - by));
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
