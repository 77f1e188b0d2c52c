import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encrypted, lz4 } from '@xc/codec';
import { isXcError, jsonCodec } from '@xc/core';

const ring = { current: '2026', keys: { '2026': randomBytes(32) } };

// Compress first: ciphertext does not shrink.
const codec = encrypted(lz4(jsonCodec), ring);

const city = { name: 'Lisbon', notes: 'seven hills '.repeat(200) };
const bytes = codec.encode(city, 'city:lisbon');
assert.ok(bytes.length < 300);
assert.deepEqual(codec.decode(bytes, 'city:lisbon'), city);

// One flipped bit, or bytes moved to another key: refused, never garbage.
const flipped = bytes.slice();
flipped[40] = (flipped[40] ?? 0) ^ 1;
for (const forgery of [
  () => codec.decode(flipped, 'city:lisbon'),
  () => codec.decode(bytes, 'city:porto'),
]) {
  assert.throws(forgery, (error) => isXcError(error, 'XC_CODEC_CORRUPT'));
}
