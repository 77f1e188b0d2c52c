import { type Codec, jsonCodec } from '@xc/core';
import rival from 'lz4-napi';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { brotli, encrypted, gzip, lz4 } from '../src/index.ts';
import { msgpack } from '../src/msgpack.ts';
import { places } from './places.ts';

const value = places(16_384);
const json = Buffer.from(jsonCodec.encode(value));
const keyring = { current: 'k', keys: { k: new Uint8Array(32).fill(7) } };
const codecs = {
  lz4: lz4(jsonCodec),
  gzip: gzip(jsonCodec),
  brotli: brotli(jsonCodec),
  encrypted: encrypted(jsonCodec, keyring),
  'encrypted(lz4)': encrypted(lz4(jsonCodec), keyring),
} as const;

/** What each codec adds to the JSON codec inside it, for 16 kB of JSON; the rival bare, without check and envelope. */
const bench: Bench = {
  name: 'codec',
  async run() {
    const block = rival.compressSync(json);
    const cases: Case[] = [];
    for (const [name, codec] of Object.entries<Codec>(codecs)) {
      const bytes = codec.encode(value);
      const encode = await withIdleJson(() =>
        interleave({ codec: () => codec.encode(value), rival: () => rival.compressSync(json) }),
      );
      const decode = await withIdleJson(() =>
        interleave({ codec: () => codec.decode(bytes), rival: () => rival.uncompressSync(block) }),
      );
      const beside = (ns: number) => (name === 'lz4' ? { peers: { 'lz4-napi': ns / 1000 } } : {});
      cases.push(
        { name: `${name} encode`, unit: 'us', value: encode.codec / 1000, ...beside(encode.rival) },
        { name: `${name} decode`, unit: 'us', value: decode.codec / 1000, ...beside(decode.rival) },
        { name: `${name} size`, unit: 'bytes', value: bytes.byteLength, peers: { raw: json.byteLength } },
      );
    }
    return [...cases, ...(await small())];
  },
};

/**
 * Takes the work out of the JSON codec for a while. It takes several times as long as what is measured here, and the small
 * difference of two large figures says little.
 */
async function withIdleJson<T>(run: () => Promise<T>): Promise<T> {
  const { encode, decode } = jsonCodec;
  Object.assign(jsonCodec, { encode: () => json, decode: () => value });
  try {
    return await run();
  } finally {
    Object.assign(jsonCodec, { encode, decode });
  }
}

export default bench;

/** Values too small to compress: what the envelope alone costs, and MessagePack beside JSON. */
async function small(): Promise<Case[]> {
  const one = value[0];
  const jsonBytes = jsonCodec.encode(one);
  const lz4Bytes = codecs.lz4.encode(one);
  const msgpackBytes = msgpack.encode(one);
  const encode = await interleave({
    lz4: () => codecs.lz4.encode(one),
    msgpack: () => msgpack.encode(one),
    json: () => jsonCodec.encode(one),
  });
  const decode = await interleave({
    lz4: () => codecs.lz4.decode(lz4Bytes),
    msgpack: () => msgpack.decode(msgpackBytes),
    json: () => jsonCodec.decode(jsonBytes),
  });
  return [
    { name: 'raw in its envelope encode', unit: 'ns', value: encode.lz4 - encode.json },
    { name: 'raw in its envelope decode', unit: 'ns', value: decode.lz4 - decode.json },
    { name: 'msgpack encode', unit: 'ns', value: encode.msgpack, peers: { json: encode.json } },
    { name: 'msgpack decode', unit: 'ns', value: decode.msgpack, peers: { json: decode.json } },
    { name: 'msgpack size', unit: 'bytes', value: msgpackBytes.byteLength, peers: { json: jsonBytes.byteLength } },
  ];
}
