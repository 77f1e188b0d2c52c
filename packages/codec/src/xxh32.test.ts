import { expect, test } from 'vitest';
import { xxh32 } from './xxh32.ts';

const prime = 2654435761;

/** The bytes that the reference implementation checks itself with. */
function sanityBytes(size: number): Uint8Array {
  let state = BigInt(prime);
  return Uint8Array.from({ length: size }, () => {
    const byte = Number((state >> 56n) & 255n);
    state = BigInt.asUintN(64, state * 11400714785074694797n);
    return byte;
  });
}

test.each([
  [0, 0, 0x02cc5d05],
  [0, prime, 0x36b78ae7],
  [1, 0, 0xcf65b03e],
  [1, prime, 0xb4545aa4],
  [14, 0, 0x1208e7e2],
  [14, prime, 0x6af1d1fe],
  [222, 0, 0x5bd11dbd],
  [222, prime, 0x58803c5f],
])('gives the reference value for %i sanity bytes with seed %i', (size, seed, hash) => {
  expect(xxh32(sanityBytes(size), seed)).toBe(hash);
});

test.each([
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('gives the published value for %j', (text, hash) => {
  expect(xxh32(new TextEncoder().encode(text))).toBe(hash);
});

test('reads a view at any offset as it reads a copy', () => {
  const bytes = sanityBytes(100);
  for (let offset = 0; offset < 9; offset += 1) {
    const view = bytes.subarray(offset, offset + 77);
    expect(xxh32(view)).toBe(xxh32(view.slice()));
  }
});
