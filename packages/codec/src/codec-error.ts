import { XcError } from '@xc/core';

/**
 * Why bytes cannot be decoded:
 * - `foreign`: they are no envelope of this package;
 * - `format`: an envelope of a format that this version does not know;
 * - `damaged`: a check does not match: cut, flipped, spliced or appended to;
 * - `size`: the claimed size is above `maxDecodedBytes`, or more than the payload could ever make;
 * - `payload`: the payload does not decode to the claimed bytes;
 * - `codec`: intact, but written by a codec that this one cannot read;
 * - `content`: intact, but the inner codec refuses what is inside; its error is the cause;
 * - `authentication`: not encrypted with that key for this binding.
 */
export type CorruptReason =
  | 'foreign'
  | 'format'
  | 'damaged'
  | 'size'
  | 'payload'
  | 'codec'
  | 'content'
  | 'authentication';

/**
 * Thrown by `decode` instead of a wrong value: these bytes are not what this codec, or one like it, has written. Every
 * `XC_CODEC_CORRUPT` from a codec of this package has a `reason`, also where the inner codec gave none.
 */
export class CodecCorruptError extends XcError<'XC_CODEC_CORRUPT'> {
  static {
    this.prototype.name = 'CodecCorruptError';
  }

  readonly reason: CorruptReason;

  constructor(
    reason: CorruptReason,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super('XC_CODEC_CORRUPT', message, { details: { reason, ...details }, cause });
    this.reason = reason;
  }
}

/** Thrown by `decode` when the bytes are intact but encrypted with a key that the keyring does not hold. */
export class CodecKeyError extends XcError<'XC_CODEC_KEY'> {
  static {
    this.prototype.name = 'CodecKeyError';
  }

  /** The name that the envelope gives its key. */
  readonly keyId: string;

  constructor(keyId: string) {
    super('XC_CODEC_KEY', `the keyring has no key ${JSON.stringify(keyId)}`, { details: { keyId } });
    this.keyId = keyId;
  }
}

/** Thrown by `encode` when the bytes of the inner codec do not fit into an envelope: 4 GiB or more. */
export class CodecTooLargeError extends XcError<'XC_CODEC_TOO_LARGE'> {
  static {
    this.prototype.name = 'CodecTooLargeError';
  }

  readonly bytes: number;

  constructor(bytes: number, maxBytes: number) {
    super('XC_CODEC_TOO_LARGE', `an envelope holds at most ${maxBytes} bytes, got ${bytes}`, {
      details: { bytes, maxBytes },
    });
    this.bytes = bytes;
  }
}
