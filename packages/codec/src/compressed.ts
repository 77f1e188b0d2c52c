import { types } from 'node:util';
import { type Codec, isXcError, jsonCodec } from '@xc/core';
import { checkInner } from './check-options.ts';
import { CodecCorruptError } from './codec-error.ts';
import { codecId, isCompression } from './codec-id.ts';
import type { CompressionOptions } from './compression-options.ts';
import { decompress } from './decompress.ts';
import { openEnvelope, putInEnvelope } from './envelope.ts';
import { createLz4Block, type Lz4Block } from './lz4-block.ts';
import { xxh32 } from './xxh32.ts';

/** A way to make bytes fewer. */
export interface Compressor {
  /** Names itself in the envelope. */
  readonly id: number;
  /** Compresses `raw`. May give up with undefined when the result takes more than `maxBytes`. */
  compress(raw: Uint8Array, maxBytes: number): Uint8Array | undefined;
}

/** Where a compressing codec keeps the codec that it was made over. */
export const over = Symbol('over');

export interface CompressedCodec extends Codec {
  readonly [over]: Codec;
}

/** The codec that compresses what `inner` encodes, and reads what any of our compressors wrote over the same `inner`. */
export function compressed(
  inner: Codec,
  settings: Required<CompressionOptions>,
  compressor: Compressor,
  lz4Block: Lz4Block = createLz4Block(),
): CompressedCodec {
  checkInner(inner);
  const { minBytes, minSaving, maxDecodedBytes } = settings;

  function shrink(raw: Uint8Array): Uint8Array | undefined {
    const maxBytes = Math.floor(raw.byteLength * (1 - minSaving));
    const payload = compressor.compress(raw, maxBytes);
    return payload !== undefined && payload.byteLength <= maxBytes ? payload : undefined;
  }

  return {
    id: compressor.id,
    [over]: inner,
    encode(value, binding) {
      const raw = encodeInner(inner, value, binding);
      const rawLength = raw.byteLength;
      const payload = rawLength < minBytes ? undefined : shrink(raw);
      const coding = payload === undefined ? codecId.stored : compressor.id;
      return putInEnvelope({ coding, content: inner.id, rawLength, rawCheck: xxh32(raw) }, payload ?? raw);
    },
    decode(bytes, binding) {
      const envelope = openEnvelope(bytes);
      if (!reads(inner, envelope.content)) throw unreadable(envelope.content, inner);
      const raw = decompress(envelope, maxDecodedBytes, lz4Block);
      // JSON makes a string of its bytes at once. Other codecs may hold on to views of theirs, and scratch memory is written
      // again by the next call. The bench guards the difference: a copy costs as much as the decompression.
      const borrowed = envelope.coding === codecId.lz4 && inner !== jsonCodec;
      return decodeInner(inner, borrowed ? raw.slice() : raw, binding);
    },
  };
}

/** Encodes with a codec that may come from anywhere. */
export function encodeInner(inner: Codec, value: unknown, binding: string | undefined): Uint8Array {
  const raw: unknown = inner.encode(value, binding);
  if (types.isUint8Array(raw)) return raw;
  throw new TypeError(`inner.encode must return a Uint8Array, got ${typeof raw}`);
}

/** Decodes what is in an intact envelope. Whoever refuses it without a reason gets one; every other error goes through. */
export function decodeInner(inner: Codec, raw: Uint8Array, binding: string | undefined): unknown {
  try {
    return inner.decode(raw, binding);
  } catch (cause) {
    if (!isXcError(cause, 'XC_CODEC_CORRUPT') || 'reason' in cause) throw cause;
    const message = `codec ${inner.id} refuses what is in the envelope: ${cause.message}`;
    throw new CodecCorruptError('content', message, { reader: inner.id }, cause);
  }
}

/** Tells whether `codec` reads what the codec with this id has written. */
export function reads(codec: Codec, id: number): boolean {
  return codec.id === id || (isCompression(codec.id) && isCompression(id));
}

/** The error for bytes that are intact, but for another reader. */
export function unreadable(content: number, inner: Codec): CodecCorruptError {
  return new CodecCorruptError('codec', `written over codec ${content}, read over codec ${inner.id}`, {
    written: content,
    reader: inner.id,
  });
}
