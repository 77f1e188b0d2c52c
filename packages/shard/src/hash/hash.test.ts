import { expect, test } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import { crc16, fnv1a, jump, ketamaPoint, maglevTable, murmur3, redisSlot, xxh32, xxh64 } from './index.ts';

const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0');

/** What the self-test of xxHash hashes. */
function sanityBytes(length: number): Buffer {
  let state = 2_654_435_761n;
  return Buffer.from(
    Array.from({ length }, () => {
      const byte = Number(state >> 56n);
      state = BigInt.asUintN(64, state * 11_400_714_785_074_694_797n);
      return byte;
    }),
  );
}

test('hashes are those of the published vectors', () => {
  for (const row of vectors.hashes) {
    expect(hex(xxh32(row.input), 8), row.input).toBe(row.xxh32);
    expect(hex(xxh64(row.input), 16), row.input).toBe(row.xxh64);
    expect(hex(murmur3(row.input), 8), row.input).toBe(row.murmur3);
    expect(hex(fnv1a(row.input), 8), row.input).toBe(row.fnv1a);
    expect(hex(crc16(row.input), 4), row.input).toBe(row.crc16);
  }
  for (const row of vectors.seededHashes) {
    expect(hex(xxh32(row.input, row.seed), 8)).toBe(row.xxh32);
    expect(hex(xxh64(row.input, row.seed), 16)).toBe(row.xxh64);
    expect(hex(murmur3(row.input, row.seed), 8)).toBe(row.murmur3);
  }
  for (const row of vectors.xxhashStrings) expect(hex(xxh64(row.input, BigInt(row.seed)), 16)).toBe(row.xxh64);
  for (const row of vectors.murmur3Strings) expect(hex(murmur3(row.input, row.seed), 8)).toBe(row.murmur3);
});

test('bytes of every length up to hundreds hash as the self-test of xxHash says', () => {
  for (const row of vectors.xxhashLengths) {
    const bytes = sanityBytes(row.len);
    if (row.bytesHex !== undefined) expect(bytes.toString('hex')).toBe(row.bytesHex);
    expect(hex(xxh32(bytes, row.seed), 8), `${row.len} bytes`).toBe(row.xxh32);
    expect(hex(xxh64(bytes, row.seed), 16), `${row.len} bytes`).toBe(row.xxh64);
  }
});

test('text hashes as its bytes in UTF-8, wherever it stops being ASCII', () => {
  for (let length = 0; length < 40; length += 1) {
    const plain = 'abcdefghijklmnopqrstuvwxyz0123456789-_.~'.slice(0, length);
    expect(xxh32(plain)).toBe(xxh32(Buffer.from(plain)));
    for (let at = 0; at < length; at += 1) {
      for (const odd of ['é', '\u0080', '語', '\ud800', '😀']) {
        const text = plain.slice(0, at) + odd + plain.slice(at);
        expect(xxh32(text, 7)).toBe(xxh32(Buffer.from(text), 7));
      }
    }
  }
});

test('bytes in the middle of a larger buffer are read from where they begin', () => {
  const bytes = Buffer.from('..user:42 and a tail that is longer than a stripe').subarray(2);
  for (const hash of [xxh32, xxh64, murmur3, fnv1a, crc16]) {
    expect(hash(bytes)).toBe(hash('user:42 and a tail that is longer than a stripe'));
  }
});

test('slots are those of Redis, empty hash tags included', () => {
  for (const { key, slot } of vectors.slots) expect(redisSlot(key), key).toBe(slot);
  for (const [index, slot] of vectors.slotsOfKeyN.slots.entries()) expect(redisSlot(`key:${index}`)).toBe(slot);
  expect(redisSlot('foo{}{bar}')).toBe(8363);
});

test('jumps where the published implementations jump', () => {
  for (const { key, buckets, expect: bucket } of vectors.jump) expect(jump(BigInt(key), buckets), key).toBe(bucket);
  expect(jump(-1n, 100)).toBe(jump(2n ** 64n - 1n, 100));
});

test('refuses to jump among no buckets', () => {
  for (const buckets of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    expect(() => jump(1n, buckets)).toThrow(`buckets must be an integer from 1 to 2147483647, got ${buckets}`);
  }
  expect(() => jump(1 as never, 3)).toThrow(TypeError);
});

test('makes the table of the Maglev paper', () => {
  const { permutations, M, lookupBefore, lookupAfterB1Removed } = vectors.maglev.paper;
  expect(maglevTable(permutations, M)).toEqual(lookupBefore);
  const left = [permutations[0], permutations[2]] as number[][];
  expect(maglevTable(left, M).map((node) => [0, 2][node])).toEqual(lookupAfterB1Removed);
  expect(() => maglevTable([], 7)).toThrow(RangeError);
  expect(() => maglevTable([[0, 1, 1]], 3)).toThrow('each order must have the slots 0 to 2 once');
});

test('puts a key where libketama does', () => {
  for (const { key, hash } of vectors.ketama.libmemcached.rows) expect(ketamaPoint(key), key).toBe(hash);
});
