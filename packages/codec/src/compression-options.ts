import { checkInteger, checkOptions, show } from './check-options.ts';

/** When a compressing codec compresses, and how much it unpacks. */
export interface CompressionOptions {
  /** Fewer bytes than this stay raw. @defaultValue 1024 */
  readonly minBytes?: number;
  /** What has to be won, as a part of the raw size, for the compressed bytes to be kept. From 0 to below 1. @defaultValue 0.12 */
  readonly minSaving?: number;
  /**
   * The most bytes that `decode` unpacks. An envelope that claims more is refused before anything is decompressed. Writing
   * is not limited by it. @defaultValue 67_108_864 (64 MiB)
   */
  readonly maxDecodedBytes?: number;
}

/** {@link CompressionOptions} of a compressor whose effort can be chosen. */
export interface LeveledCompressionOptions extends CompressionOptions {
  /** How hard to try: 1 to 9 for gzip, 0 to 11 for brotli. @defaultValue gzip 6, brotli 4 */
  readonly level?: number;
}

/** 64 MiB. */
const defaultMaxDecodedBytes = 67_108_864;

/** What an envelope can claim at most. */
const maxClaim = 0xff_ff_ff_ff;

const names = ['minBytes', 'minSaving', 'maxDecodedBytes'];

/** Checks what was given and fills in the rest. */
export function compressionSettings(
  codec: string,
  options: CompressionOptions,
  more: readonly string[] = [],
): Required<CompressionOptions> {
  checkOptions(codec, options, [...names, ...more]);
  const { minBytes = 1024, minSaving = 0.12, maxDecodedBytes = defaultMaxDecodedBytes } = options;
  checkInteger('minBytes', minBytes, 0, Number.MAX_SAFE_INTEGER);
  if (typeof minSaving !== 'number') throw new TypeError(`minSaving must be a number, got ${show(minSaving)}`);
  if (!(minSaving >= 0 && minSaving < 1)) throw new RangeError(`minSaving must be from 0 to below 1, got ${minSaving}`);
  checkInteger('maxDecodedBytes', maxDecodedBytes, 0, maxClaim);
  return { minBytes, minSaving, maxDecodedBytes };
}
