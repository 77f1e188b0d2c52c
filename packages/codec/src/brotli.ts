import { brotliCompressSync, constants } from 'node:zlib';
import type { Codec } from '@xc/core';
import { checkInteger } from './check-options.ts';
import { codecId } from './codec-id.ts';
import { compressed } from './compressed.ts';
import { compressionSettings, type LeveledCompressionOptions } from './compression-options.ts';

/**
 * Compresses what `inner` encodes with Brotli: the smallest bytes, for what is written once and read often or far away.
 *
 * Otherwise like {@link lz4}. Level 4 takes about as long as gzip; 11, the default of node:zlib, a hundred times longer.
 *
 * @throws TypeError or RangeError at once when an option or `inner` is none.
 * @throws CodecCorruptError `XC_CODEC_CORRUPT` from `decode`, for any bytes but those that such a codec wrote.
 * @throws CodecTooLargeError `XC_CODEC_TOO_LARGE` from `encode`, at 4 GiB.
 */
export function brotli(inner: Codec, options: LeveledCompressionOptions = {}): Codec {
  const settings = compressionSettings('brotli', options, ['level']);
  const { level = 4 } = options;
  checkInteger('level', level, 0, 11);
  return compressed(inner, settings, {
    id: codecId.brotli,
    compress: (raw) =>
      brotliCompressSync(raw, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: level,
          [constants.BROTLI_PARAM_SIZE_HINT]: raw.byteLength,
        },
      }),
  });
}
