import { type Codec, jsonCodec } from '@xc/core';
import { brotli, encrypted, gzip, type Keyring, lz4 } from '../src/index.ts';
import { msgpack } from '../src/msgpack.ts';

const keyring: Keyring = {
  current: 'second',
  keys: { first: new Uint8Array(32).fill(1), second: new Uint8Array(32).fill(2) },
};

/** Small limits, so that small samples are compressed too. */
const eager = { minBytes: 16, minSaving: 0.01 };

/** Every codec, and every way to nest them that makes sense, with some that make none. */
export const sampleCodecs: Readonly<Record<string, Codec>> = {
  lz4: lz4(jsonCodec, eager),
  gzip: gzip(jsonCodec, eager),
  brotli: brotli(jsonCodec, eager),
  encrypted: encrypted(jsonCodec, keyring),
  msgpack,
  'encrypted(lz4)': encrypted(lz4(jsonCodec, eager), keyring),
  'encrypted(brotli(msgpack))': encrypted(brotli(msgpack, eager), keyring),
  'lz4(msgpack)': lz4(msgpack, eager),
  'lz4(encrypted)': lz4(encrypted(jsonCodec, keyring), eager),
  'gzip(lz4)': gzip(lz4(jsonCodec, eager), eager),
};

/** A list of things, the kind of JSON that caches hold. */
export function cities(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index,
    name: `City ${(index * 2654435761) % 1000}`,
    country: ['DE', 'FR', 'IT', 'JP'][index % 4],
    population: (index * 7919) % 1_000_000,
  }));
}
