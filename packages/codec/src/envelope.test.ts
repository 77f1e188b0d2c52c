import { isXcError, jsonCodec } from '@xc/core';
import { expect, test } from 'vitest';
import { closedAgain } from '../test/closed-again.ts';
import { cities } from '../test/sample-codecs.ts';
import type { CodecCorruptError } from './codec-error.ts';
import { CodecTooLargeError } from './codec-error.ts';
import { beginEnvelope, closeEnvelope, openEnvelope, putInEnvelope } from './envelope.ts';
import { lz4 } from './lz4.ts';
import { xxh32 } from './xxh32.ts';

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isXcError(error, 'XC_CODEC_CORRUPT')) return (error as CodecCorruptError).reason;
    throw error;
  }
  return 'nothing was thrown';
}

test('lies in memory as its table says, byte by byte', () => {
  const raw = Buffer.from('"raw"');
  const envelope = Buffer.from(lz4(jsonCodec).encode('raw'));
  expect(envelope.subarray(0, 3).toString('hex')).toBe('c17863');
  expect(envelope[3]).toBe(1);
  expect(envelope[4]).toBe(1); // stored
  expect(envelope.readUIntLE(5, 3)).toBe(0); // JSON
  expect(envelope.readUInt32LE(8)).toBe(raw.length);
  expect(envelope.readUInt32LE(12)).toBe(xxh32(raw));
  expect(envelope.subarray(16, 21)).toEqual(raw);
  expect(envelope.readUInt32LE(21)).toBe(xxh32(envelope.subarray(0, 21)));
  expect(envelope.length).toBe(25);
});

test('carries a codec id of three bytes', () => {
  const header = { coding: 1, content: 0xabcdef, rawLength: 2, rawCheck: 7 };
  const { payload, ...opened } = openEnvelope(putInEnvelope(header, Uint8Array.of(1, 2)));
  expect(opened).toEqual(header);
  expect([...payload]).toEqual([1, 2]);
});

test('opens views at any offset', () => {
  const envelope = lz4(jsonCodec).encode(cities(40));
  for (let offset = 0; offset < 5; offset += 1) {
    const shifted = new Uint8Array(envelope.byteLength + 9);
    shifted.set(envelope, offset);
    expect(lz4(jsonCodec).decode(shifted.subarray(offset, offset + envelope.byteLength))).toEqual(cities(40));
  }
});

test('calls bytes without the magic foreign', () => {
  for (const text of ['', 'x', '{}', '{"a":"some quite long JSON document"}', '\u0001'.repeat(64)]) {
    expect(reasonOf(() => openEnvelope(Buffer.from(text)))).toBe('foreign');
  }
});

test('refuses formats of the future', () => {
  const envelope = closedAgain(lz4(jsonCodec).encode('raw'), (bytes) => {
    bytes[3] = 2;
    return bytes;
  });
  expect(reasonOf(() => openEnvelope(envelope))).toBe('format');
});

test('calls every cut and every appended byte damage', () => {
  const envelope = lz4(jsonCodec).encode('raw');
  for (let size = 4; size < envelope.byteLength; size += 1) {
    expect(reasonOf(() => openEnvelope(envelope.subarray(0, size)))).toBe('damaged');
  }
  expect(reasonOf(() => openEnvelope(Buffer.concat([envelope, Buffer.alloc(1)])))).toBe('damaged');
  expect(reasonOf(() => openEnvelope(Buffer.concat([envelope, envelope])))).toBe('damaged');
});

test('finds every single flipped bit', () => {
  const envelope = Buffer.from(lz4(jsonCodec).encode('some raw text'));
  for (let bit = 0; bit < envelope.length * 8; bit += 1) {
    const flipped = Buffer.from(envelope);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(reasonOf(() => openEnvelope(flipped))).toMatch(/^(foreign|format|damaged)$/);
  }
});

test('refuses to begin an envelope for more bytes than it can tell', () => {
  const header = { coding: 1, content: 0, rawLength: 2 ** 32, rawCheck: 0 };
  expect(() => beginEnvelope(header, 1)).toThrow(CodecTooLargeError);
  expect(() => beginEnvelope(header, 1)).toThrow('an envelope holds at most 4294967295 bytes, got 4294967296');
});

test('refuses to read what is no Uint8Array', () => {
  for (const wrong of ['text', undefined, null, [], new ArrayBuffer(8), new DataView(new ArrayBuffer(8))]) {
    expect(() => openEnvelope(wrong as never)).toThrow(TypeError);
  }
});

test('has room for exactly the payload', () => {
  const envelope = beginEnvelope({ coding: 1, content: 0, rawLength: 3, rawCheck: 0 }, 3);
  expect(closeEnvelope(envelope).byteLength).toBe(16 + 3 + 4);
});
