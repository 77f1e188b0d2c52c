import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { CodecCorruptError } from './codec-error.ts';
import { codecId, isCompression } from './codec-id.ts';
import type { Envelope } from './envelope.ts';
import type { Lz4Block } from './lz4-block.ts';
import { xxh32 } from './xxh32.ts';

/**
 * Gives the raw bytes of an envelope that lz4, gzip or brotli wrote, proven by their check.
 *
 * No claim is believed: one above `maxDecodedBytes` ends here, and a decompressor stops as soon as it makes more than was
 * claimed. The result may be a view: of the payload, or of the scratch memory of `lz4Block`, where it is good until the next
 * call.
 *
 * @throws CodecCorruptError `XC_CODEC_CORRUPT` with reason `codec`, `size` or `payload`.
 */
export function decompress(envelope: Envelope, maxDecodedBytes: number, lz4Block: Lz4Block): Uint8Array {
  const { coding, rawLength, rawCheck } = envelope;
  if (!isCompression(coding)) {
    throw new CodecCorruptError('codec', `the payload was made by codec ${coding}, which is no compression`, {
      coding,
    });
  }
  if (rawLength > maxDecodedBytes) {
    throw new CodecCorruptError(
      'size',
      `the envelope claims ${rawLength} bytes, above maxDecodedBytes ${maxDecodedBytes}`,
      {
        bytes: rawLength,
        maxDecodedBytes,
      },
    );
  }
  const raw = unpack(envelope, lz4Block);
  if (raw === undefined || raw.byteLength !== rawLength || xxh32(raw) !== rawCheck) {
    throw new CodecCorruptError('payload', `the payload does not make the ${rawLength} bytes it claims`, { coding });
  }
  return raw;
}

function unpack({ coding, payload, rawLength }: Envelope, lz4Block: Lz4Block): Uint8Array | undefined {
  if (coding === codecId.stored) return payload;
  if (coding === codecId.lz4) return lz4Block.decompress(payload, rawLength);
  return inflate(coding === codecId.gzip ? gunzipSync : brotliDecompressSync, payload, rawLength);
}

type Inflate = (payload: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Buffer;

/** zlib takes its memory chunk by chunk, so that a lie about the size costs no more than the first chunk. */
const maxChunkBytes = 1_048_576;

function inflate(inflateSync: Inflate, payload: Uint8Array, rawLength: number): Uint8Array | undefined {
  // One byte more than claimed: the end of the stream is then seen without a second chunk.
  const chunkSize = Math.min(Math.max(rawLength + 1, 64), maxChunkBytes);
  try {
    const raw = inflateSync(payload, { maxOutputLength: Math.max(rawLength, 1), chunkSize });
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  } catch {
    return undefined;
  }
}
