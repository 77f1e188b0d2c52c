import { readFileSync } from 'node:fs';
import { type Codec, jsonCodec } from '@xc/core';
import { expect, test } from 'vitest';
import { brotli } from '../src/brotli.ts';
import { encrypted } from '../src/encrypted.ts';
import { gzip } from '../src/gzip.ts';
import { lz4 } from '../src/lz4.ts';
import { msgpack } from '../src/msgpack.ts';
import { xxh32 } from '../src/xxh32.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const value = 'seven hills '.repeat(200);
const raw = Buffer.from(JSON.stringify(value));
const key = { current: 'a', keys: { a: new Uint8Array(32) } };

test.each<[string, Codec, number, number]>([
  ['stored as is', lz4(jsonCodec, { minBytes: 10_000 }), 1, 0],
  ['LZ4 block', lz4(jsonCodec), 2, 0],
  ['gzip', gzip(jsonCodec), 3, 0],
  ['Brotli', brotli(jsonCodec), 4, 0],
  ['AES-256-GCM', encrypted(jsonCodec, key), 5, 0],
  ['MessagePack', msgpack, 6, 6],
])('%s is laid out as the README says', (name, codec, coding, content) => {
  expect(readme).toContain(`${coding} ${name}`);
  const bytes = Buffer.from(codec.encode(value));
  const end = bytes.length - 4;
  expect(bytes.subarray(0, 4).toString('hex')).toBe('c1786301');
  expect(bytes.readUInt8(4)).toBe(coding);
  expect(bytes.readUIntLE(5, 3)).toBe(content);
  expect(bytes.readUInt32LE(end)).toBe(xxh32(bytes.subarray(0, end)));
  if (content === 0) {
    expect(bytes.readUInt32LE(8)).toBe(raw.length);
    expect(bytes.readUInt32LE(12)).toBe(coding === 5 ? 0 : xxh32(raw));
  }
});
