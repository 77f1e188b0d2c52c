import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { isXcError, jsonCodec } = await load('@xc/core');
  const { brotli, encrypted, gzip, lz4 } = await load('@xc/codec');
  const { msgpack } = await load('@xc/codec/msgpack');
  const value = { text: 'seven hills '.repeat(500), list: [1, 2, 3] };
  const ring = { current: 'a', keys: { a: new Uint8Array(32).fill(7) } };
  for (const codec of [
    lz4(jsonCodec),
    gzip(jsonCodec),
    brotli(jsonCodec),
    lz4(msgpack()),
    encrypted(lz4(jsonCodec), ring),
  ]) {
    const bytes = codec.encode(value, 'smoke');
    assert.ok(bytes.byteLength < 1_000);
    assert.deepEqual(codec.decode(bytes, 'smoke'), value);
    assert.throws(
      () => codec.decode(bytes.subarray(1), 'smoke'),
      (error) => isXcError(error, 'XC_CODEC_CORRUPT'),
    );
  }
}
