/**
 * The ids on the wire. Codecs of others use 16 and above, up to {@link maxCodecId}. Never give a number a new meaning:
 * stored bytes outlive releases.
 */
export const codecId = {
  json: 0,
  /** The raw bytes as they are: too small to compress, or not worth it. */
  stored: 1,
  /** One LZ4 block, without a frame. */
  lz4: 2,
  /** RFC 1952. */
  gzip: 3,
  /** RFC 7932. */
  brotli: 4,
  /** AES-256-GCM; the layout is in encrypted.ts. */
  aes256gcm: 5,
  msgpack: 6,
} as const;

/** Three bytes of the envelope hold the id of a codec. */
export const maxCodecId = 0xff_ff_ff;

/** Tells whether `id` is one of the ways in which lz4, gzip and brotli write. Each of them reads all of these. */
export function isCompression(id: number): boolean {
  return id >= codecId.stored && id <= codecId.brotli;
}
