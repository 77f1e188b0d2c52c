import { brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { type Codec, jsonCodec } from '@xc/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { closedAgain } from '../test/closed-again.ts';
import { cities } from '../test/sample-codecs.ts';
import { brotli } from './brotli.ts';
import { CodecCorruptError, type CorruptReason } from './codec-error.ts';
import { gzip } from './gzip.ts';
import { lz4 } from './lz4.ts';
import { xxh32 } from './xxh32.ts';

// Thousands of runs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const compressors = { lz4, gzip, brotli };
const each = Object.entries(compressors);

/** Hands bytes through, and shows which ones it was given. */
function bytesCodec(id = 99): Codec & { decoded: Uint8Array[] } {
  const decoded: Uint8Array[] = [];
  return {
    id,
    decoded,
    encode: (value) => value as Uint8Array,
    decode(bytes) {
      decoded.push(bytes);
      return bytes;
    },
  };
}

function coding(envelope: Uint8Array): number | undefined {
  return envelope[4];
}

function refusal(reason: CorruptReason): unknown {
  return expect.objectContaining({ code: 'XC_CODEC_CORRUPT', reason });
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

describe.each(each)('%s', (_name, create) => {
  test('gives back any JSON value', () => {
    const codec = create(jsonCodec, { minBytes: 0, minSaving: 0 });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(jsonCodec.decode(jsonCodec.encode(value)));
      }),
      { numRuns: 300 },
    );
  });

  test('gives back any bytes', () => {
    const codec = create(bytesCodec(), { minBytes: 0, minSaving: 0 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), (bytes, times) => {
        const raw = Buffer.concat(Array.from({ length: times }, () => bytes));
        expect(Buffer.compare(codec.decode(codec.encode(raw)) as Uint8Array, raw)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps what has fewer than minBytes raw, and compresses from there on', () => {
    const codec = create(bytesCodec());
    expect(coding(codec.encode(Buffer.alloc(1023, 'a')))).toBe(1);
    expect(coding(codec.encode(Buffer.alloc(1024, 'a')))).toBe(codec.id);
    expect(coding(create(bytesCodec(), { minBytes: 10 }).encode(Buffer.alloc(64, 'a')))).toBe(codec.id);
  });

  test('keeps raw what does not shrink by minSaving', () => {
    // Two thirds noise, one third zeros: about a third is won.
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, at) => xxh32(Buffer.from(String(at))) & 255));
    const mixed = Buffer.concat([noise, Buffer.alloc(2000)]);
    const codec = create(bytesCodec());
    expect(coding(create(bytesCodec(), { minSaving: 0.3 }).encode(mixed))).toBe(codec.id);
    expect(coding(create(bytesCodec(), { minSaving: 0.35 }).encode(mixed))).toBe(1);
    expect(coding(codec.encode(noise))).toBe(1);
    expect(codec.decode(codec.encode(noise))).toEqual(new Uint8Array(noise));
  });

  test('reads what every other compressor wrote over the same inner codec', () => {
    const value = cities(50);
    for (const other of Object.values(compressors)) {
      expect(create(jsonCodec).decode(other(jsonCodec).encode(value))).toEqual(value);
    }
  });

  test('says so when the bytes were written over another codec', () => {
    const written = create(bytesCodec(99)).encode(Buffer.alloc(2000));
    expect(() => create(jsonCodec).decode(written)).toThrow(refusal('codec'));
    expect(() => create(jsonCodec).decode(written)).toThrow('written over codec 99, read over codec 0');
  });

  test('refuses a claim above maxDecodedBytes, also for raw bytes, and takes one that just fits', () => {
    for (const raw of [Buffer.alloc(5000), Buffer.from('too few to compress')]) {
      const written = create(bytesCodec()).encode(raw);
      const reader = bytesCodec();
      expect(() => create(reader, { maxDecodedBytes: raw.length - 1 }).decode(written)).toThrow(refusal('size'));
      expect(reader.decoded).toEqual([]);
      expect(create(reader, { maxDecodedBytes: raw.length }).decode(written)).toEqual(new Uint8Array(raw));
    }
  });

  test('takes 64 MiB and not a byte more by default', () => {
    const limit = 64 * 1024 * 1024;
    const codec = create(bytesCodec());
    const full = codec.encode(Buffer.alloc(limit));
    expect((codec.decode(full) as Uint8Array).byteLength).toBe(limit);
    const over = closedAgain(full, (bytes) => {
      bytes.writeUInt32LE(limit + 1, 8);
      return bytes;
    });
    expect(() => codec.decode(over)).toThrow(refusal('size'));
  });

  test('never takes the memory that a forged size asks for', () => {
    const written = create(bytesCodec()).encode(Buffer.alloc(2000, 'a'));
    const forged = closedAgain(written, (bytes) => {
      bytes.writeUInt32LE(0xffff_ffff, 8);
      return bytes;
    });
    expect(() => create(bytesCodec()).decode(forged)).toThrow(refusal('size'));
    const trusting = create(bytesCodec(), { maxDecodedBytes: 0xffff_ffff });
    const before = process.memoryUsage();
    expect(() => trusting.decode(forged)).toThrow(refusal('payload'));
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(64 * 1024 * 1024);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4 * 1024 * 1024);
  });

  test('stops unpacking when the payload makes more than was claimed', () => {
    const bomb = create(bytesCodec()).encode(Buffer.alloc(48 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(1024 * 1024);
    const small = closedAgain(bomb, (bytes) => {
      bytes.writeUInt32LE(10_000, 8);
      return bytes;
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(() => create(bytesCodec()).decode(small)).toThrow(refusal('payload'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });

  test('refuses raw bytes whose check does not match, even in an envelope that is closed again', () => {
    const written = create(bytesCodec()).encode(Buffer.from('raw bytes'));
    const altered = closedAgain(written, (bytes) => {
      bytes.write('RAW', 16);
      return bytes;
    });
    expect(() => create(bytesCodec()).decode(altered)).toThrow(refusal('payload'));
  });

  test('gives the inner codec a plain Uint8Array, however the bytes came', () => {
    const codec = create(bytesCodec());
    for (const raw of [Buffer.alloc(5000), Buffer.from('few')]) {
      expect(codec.encode(raw)).toStrictEqual(new Uint8Array(codec.encode(raw)));
      expect(codec.decode(Buffer.from(codec.encode(raw)))).toStrictEqual(new Uint8Array(raw));
    }
  });

  test('writes into memory of its own', () => {
    for (const raw of [Buffer.alloc(5000), Buffer.from('few')]) {
      const envelope = create(bytesCodec()).encode(raw);
      expect(envelope.buffer.byteLength).toBe(envelope.byteLength);
    }
  });

  test('gives the inner codec bytes that the next decode leaves alone', () => {
    const inner = bytesCodec();
    const codec = create(inner);
    const first = codec.decode(codec.encode(Buffer.alloc(3000, 'a'))) as Uint8Array;
    codec.decode(codec.encode(Buffer.alloc(3000, 'b')));
    codec.encode(Buffer.alloc(3000, 'c'));
    expect(Buffer.from(first).equals(Buffer.alloc(3000, 'a'))).toBe(true);
  });

  test('hands the binding on', () => {
    const seen: unknown[] = [];
    const codec = create({
      id: 99,
      encode: (_value, binding) => Buffer.from(String(seen.push(binding))),
      decode: (_bytes, binding) => seen.push(binding),
    });
    codec.decode(codec.encode(1, 'written'), 'read');
    expect(seen).toEqual(['written', 'read']);
  });

  test('lets the errors of the inner codec through', () => {
    expect(() => create(jsonCodec).encode(undefined)).toThrow(TypeError);
    const broken = new RangeError('broken');
    const reader: Codec = {
      ...bytesCodec(),
      decode() {
        throw broken;
      },
    };
    expect(() => create(reader).decode(create(bytesCodec()).encode(Buffer.from('{')))).toThrow(broken);
  });

  test('gives a reason when an intact envelope holds what the inner codec refuses', () => {
    const noJson = create({ ...bytesCodec(), id: 0 }).encode(Buffer.from('{'));
    const error = thrownBy(() => create(jsonCodec).decode(noJson));
    expect(error).toBeInstanceOf(CodecCorruptError);
    expect(error).toMatchObject({
      code: 'XC_CODEC_CORRUPT',
      reason: 'content',
      details: { reason: 'content', reader: 0 },
      cause: thrownBy(() => jsonCodec.decode(Buffer.from('{'))),
    });
  });

  test('keeps the reason that the inner codec gave', () => {
    const cut = create({ ...bytesCodec(), id: 2 }).encode(Buffer.from('no envelope'));
    const error = thrownBy(() => create(lz4(jsonCodec)).decode(cut));
    expect(error).toMatchObject({ reason: 'foreign' });
    expect((error as Error).cause).toBeUndefined();
  });

  test.each([
    [{ minByte: 1 }, TypeError, /has no option "minByte"; it has minBytes, minSaving, maxDecodedBytes/],
    [{ minBytes: -1 }, RangeError, /minBytes must be an integer from 0 to \d+, got -1/],
    [{ minBytes: 1.5 }, RangeError, /minBytes .* got 1.5/],
    [{ minBytes: '1' }, TypeError, /minBytes must be an integer, got string/],
    [{ minSaving: 1 }, RangeError, /minSaving must be from 0 to below 1, got 1/],
    [{ minSaving: -0.1 }, RangeError, /minSaving .* got -0.1/],
    [{ minSaving: Number.NaN }, RangeError, /minSaving .* got NaN/],
    [{ minSaving: null }, TypeError, /minSaving must be a number, got null/],
    [
      { maxDecodedBytes: 2 ** 32 },
      RangeError,
      /maxDecodedBytes must be an integer from 0 to 4294967295, got 4294967296/,
    ],
    [{ maxDecodedBytes: Number.POSITIVE_INFINITY }, RangeError, /maxDecodedBytes .* got Infinity/],
    [null, TypeError, /options must be an object, got null/],
    [7, TypeError, /options must be an object, got 7/],
  ])('refuses the options %j', (options, type, message) => {
    expect(() => create(jsonCodec, options as never)).toThrow(type as typeof Error);
    expect(() => create(jsonCodec, options as never)).toThrow(message);
  });

  test.each([
    [undefined, TypeError, /inner must be a Codec, got undefined/],
    [null, TypeError, /inner must be a Codec, got null/],
    ['json', TypeError, /inner must be a Codec, got string/],
    [{ id: 20, encode() {} }, TypeError, /got one without decode\(\)/],
    [{ ...jsonCodec, id: -1 }, RangeError, /inner.id must be an integer from 0 to 16777215, got -1/],
    [{ ...jsonCodec, id: 2 ** 24 }, RangeError, /inner.id .* got 16777216/],
    [{ ...jsonCodec, id: undefined }, TypeError, /inner.id must be an integer, got undefined/],
  ])('refuses the inner codec %j', (inner, type, message) => {
    expect(() => create(inner as never)).toThrow(type as typeof Error);
    expect(() => create(inner as never)).toThrow(message);
  });

  test('refuses an inner codec that encodes to anything but bytes', () => {
    const codec = create({ ...bytesCodec(), encode: () => 'text' as never });
    expect(() => codec.encode(1)).toThrow('inner.encode must return a Uint8Array, got string');
  });
});

describe('the payload', () => {
  const raw = Buffer.from('all work and no play makes a dull payload. '.repeat(100));
  const payload = (envelope: Uint8Array) => envelope.subarray(16, -4);

  test('of gzip is a gzip file, and of brotli a brotli stream', () => {
    expect(gunzipSync(payload(gzip(bytesCodec()).encode(raw)))).toEqual(raw);
    expect(brotliDecompressSync(payload(brotli(bytesCodec()).encode(raw)))).toEqual(raw);
  });

  test('may have been made by any program that writes gzip', () => {
    const foreign = gzipSync(raw, { level: 1, strategy: constants.Z_HUFFMAN_ONLY });
    const written = closedAgain(gzip(bytesCodec()).encode(raw), (bytes) =>
      Buffer.concat([bytes.subarray(0, 16), foreign]),
    );
    expect(gzip(bytesCodec()).decode(written)).toEqual(new Uint8Array(raw));
  });

  test('gets smaller with the level', () => {
    const text = Buffer.from(JSON.stringify(cities(2000)));
    const size = (codec: Codec) => codec.encode(text).byteLength;
    expect(size(gzip(bytesCodec(), { level: 9 }))).toBeLessThan(size(gzip(bytesCodec(), { level: 1 })));
    expect(size(brotli(bytesCodec(), { level: 9 }))).toBeLessThan(size(brotli(bytesCodec(), { level: 1 })));
  });

  test.each([
    [gzip, 0],
    [gzip, 10],
    [brotli, 12],
    [brotli, -1],
  ])('refuses a level that is none: %o, %i', (create, level) => {
    expect(() => create(jsonCodec, { level })).toThrow(RangeError);
    expect(() => create(jsonCodec, { level })).toThrow(`got ${level}`);
  });

  test('of lz4 has no level', () => {
    expect(() => lz4(jsonCodec, { level: 3 } as never)).toThrow('lz4 has no option "level"');
  });
});
