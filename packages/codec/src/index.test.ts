import { type Codec, jsonCodec, type XcError } from '@xc/core';
import { expect, expectTypeOf, test, vi } from 'vitest';
import {
  brotli,
  CodecCorruptError,
  CodecKeyError,
  CodecTooLargeError,
  type CompressionOptions,
  type ContentCoding,
  type CorruptReason,
  compressible,
  contentEncoder,
  encrypted,
  gzip,
  type Keyring,
  type LeveledCompressionOptions,
  lz4,
  negotiate,
} from './index.ts';

test('loads where msgpackr is not installed, and only the subpath needs it', async () => {
  vi.resetModules();
  vi.doMock('msgpackr', () => {
    throw new Error('msgpackr is not installed');
  });
  await expect(import('./index.ts')).resolves.toHaveProperty('lz4');
  await expect(import('./msgpack.ts')).rejects.toThrow();
  vi.doUnmock('msgpackr');
});

test('has the types it promises', () => {
  expectTypeOf(lz4).parameters.toEqualTypeOf<[inner: Codec, options?: CompressionOptions]>();
  expectTypeOf(gzip).parameters.toEqualTypeOf<[inner: Codec, options?: LeveledCompressionOptions]>();
  expectTypeOf(brotli).parameters.toEqualTypeOf<[inner: Codec, options?: LeveledCompressionOptions]>();
  expectTypeOf(encrypted).parameters.toEqualTypeOf<[inner: Codec, keyring: Keyring]>();
  for (const create of [lz4, gzip, brotli, encrypted]) expectTypeOf(create).returns.toEqualTypeOf<Codec>();
  expectTypeOf(negotiate).returns.toEqualTypeOf<ContentCoding | undefined>();
  expectTypeOf(negotiate).toBeCallableWith(new Headers().get('accept-encoding'));
  expectTypeOf(compressible).returns.toEqualTypeOf<boolean>();
  expectTypeOf<CodecCorruptError>().toExtend<XcError<'XC_CODEC_CORRUPT'>>();
  expectTypeOf<CodecCorruptError['reason']>().toEqualTypeOf<CorruptReason>();
  expectTypeOf<CodecKeyError>().toExtend<XcError<'XC_CODEC_KEY'>>();
  expectTypeOf<CodecTooLargeError>().toExtend<XcError<'XC_CODEC_TOO_LARGE'>>();
});

test('refuses wrong types when compiled', () => {
  const keys = { k: new Uint8Array(32) };
  // @ts-expect-error lz4 has no level
  expect(() => lz4(jsonCodec, { level: 1 })).toThrow(TypeError);
  // @ts-expect-error an inner codec is needed
  expect(() => gzip()).toThrow(TypeError);
  // @ts-expect-error the keyring says which key encrypts
  expect(() => encrypted(jsonCodec, { keys })).toThrow(TypeError);
  // @ts-expect-error options are read only
  const freeze = (options: CompressionOptions) => (options.minBytes = 1);
  expect(freeze({})).toBe(1);
  // @ts-expect-error no such coding
  expect(() => contentEncoder('deflate')).toThrow(TypeError);
});

test('names its errors for a log', () => {
  for (const [type, error] of Object.entries({
    CodecCorruptError: new CodecCorruptError('foreign', 'no envelope'),
    CodecKeyError: new CodecKeyError('k'),
    CodecTooLargeError: new CodecTooLargeError(2, 1),
  })) {
    expect(error.toJSON()).toMatchObject({ name: type, retryable: false });
    expect(JSON.stringify(error)).toContain('"code":"XC_CODEC_');
  }
});
