import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

const thisYear = randomBytes(32);
const lastYear = randomBytes(32);

// #region usage
import { encrypted, lz4 } from '@xc/codec';
import { isXcError, jsonCodec } from '@xc/core';

// Compressed, then encrypted; `lastYear` still reads what it wrote.
const codec = encrypted(lz4(jsonCodec), { current: '2026', keys: { '2026': thisYear, '2025': lastYear } });

const bytes = codec.encode({ name: 'Lisbon', notes: 'seven hills '.repeat(200) }, 'city:lisbon');
const city = codec.decode(bytes, 'city:lisbon');

// Bytes belong to what they were written for; nobody can pass them off as another city.
try {
  codec.decode(bytes, 'city:porto');
} catch (error) {
  console.assert(isXcError(error, 'XC_CODEC_CORRUPT'));
}
// #endregion

assert.deepEqual(city, { name: 'Lisbon', notes: 'seven hills '.repeat(200) });
assert.ok(bytes.byteLength < 200);
assert.throws(() => codec.decode(bytes, 'city:porto'), { code: 'XC_CODEC_CORRUPT' });
