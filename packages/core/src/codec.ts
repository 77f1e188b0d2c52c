/** Turns values into bytes and back. */
export interface Codec {
  /** Goes on the wire; 0-15 are ours. */
  readonly id: number;
  /** `binding`: what the bytes belong to (a cache key, a job id); encrypting codecs authenticate it, others ignore it. */
  encode(value: unknown, binding?: string): Uint8Array;
  /** @throws XcError `XC_CODEC_CORRUPT` when `bytes` are not what `encode` makes. */
  decode(bytes: Uint8Array, binding?: string): unknown;
}
