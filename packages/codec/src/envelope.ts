import { types } from 'node:util';
import { CodecCorruptError, CodecTooLargeError } from './codec-error.ts';
import { xxh32 } from './xxh32.ts';

/**
 * The one envelope around everything this package writes, format 1. Numbers are little-endian.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 3 | magic `C1 78 63`: no JSON, UTF-8 or MessagePack begins with C1 |
 * | 3 | 1 | format: 1 |
 * | 4 | 1 | coding: the id of the codec that made the payload (codec-id.ts) |
 * | 5 | 3 | content: the id of the codec that made the raw bytes |
 * | 8 | 4 | raw length: how many raw bytes the payload stands for |
 * | 12 | 4 | raw check: xxh32 of the raw bytes; 0 when encrypted, where it would tell about them |
 * | 16 | n | payload |
 * | 16 + n | 4 | closing check: xxh32 of everything before it |
 *
 * The closing check finds every accident before a decompressor sees the payload; the raw check proves its result.
 */
export interface Envelope extends EnvelopeHeader {
  /** A view of the bytes that were opened. */
  readonly payload: Uint8Array;
}

export interface EnvelopeHeader {
  readonly coding: number;
  readonly content: number;
  readonly rawLength: number;
  readonly rawCheck: number;
}

/** Where the payload begins. */
export const headerBytes = 16;

const checkBytes = 4;
const maxRawBytes = 0xff_ff_ff_ff;
/** `C1 78 63` and format 1, read as one number. */
const magic = 0x01_63_78_c1;

/**
 * Makes an envelope with an unwritten payload; {@link closeEnvelope} completes it once the payload is there. It has memory of
 * its own, not a slice of Buffer's pool: whoever posts it to a worker must not post other people's bytes along. The memory
 * comes as it is, for every byte of it gets written; clearing 5 kB first would cost more than all the rest here.
 */
export function beginEnvelope(header: EnvelopeHeader, payloadBytes: number): Uint8Array {
  if (header.rawLength > maxRawBytes) throw new CodecTooLargeError(header.rawLength, maxRawBytes);
  const envelope = new Uint8Array(Buffer.allocUnsafeSlow(headerBytes + payloadBytes + checkBytes).buffer);
  const view = new DataView(envelope.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, header.coding | (header.content << 8), true);
  view.setUint32(8, header.rawLength, true);
  view.setUint32(12, header.rawCheck, true);
  return envelope;
}

/** Writes the closing check. */
export function closeEnvelope(envelope: Uint8Array): Uint8Array {
  const checked = envelope.byteLength - checkBytes;
  new DataView(envelope.buffer).setUint32(checked, xxh32(envelope.subarray(0, checked)), true);
  return envelope;
}

/** Makes a whole envelope around a copy of `payload`. */
export function putInEnvelope(header: EnvelopeHeader, payload: Uint8Array): Uint8Array {
  const envelope = beginEnvelope(header, payload.byteLength);
  envelope.set(payload, headerBytes);
  return closeEnvelope(envelope);
}

/**
 * Reads an envelope and proves that it is as it was written; the payload is still to be decoded.
 *
 * @throws CodecCorruptError `XC_CODEC_CORRUPT` with reason `foreign`, `format` or `damaged`.
 * @throws TypeError when `bytes` is not a Uint8Array.
 */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (!types.isUint8Array(bytes)) throw new TypeError(`bytes must be a Uint8Array, got ${typeof bytes}`);
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  if (size < 4 || (view.getUint32(0, true) ^ magic) << 8 !== 0) {
    throw new CodecCorruptError('foreign', 'the bytes are not an envelope of @xc/codec', { bytes: size });
  }
  if (view.getUint8(3) !== magic >>> 24) {
    throw new CodecCorruptError('format', `envelope format ${view.getUint8(3)} is not known here`, { bytes: size });
  }
  const checked = size - checkBytes;
  if (
    checked < headerBytes ||
    xxh32(new Uint8Array(bytes.buffer, bytes.byteOffset, checked)) !== view.getUint32(checked, true)
  ) {
    throw new CodecCorruptError('damaged', 'the envelope is cut or altered', { bytes: size });
  }
  return {
    coding: view.getUint8(4),
    content: view.getUint32(4, true) >>> 8,
    rawLength: view.getUint32(8, true),
    rawCheck: view.getUint32(12, true),
    payload: new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, checked - headerBytes),
  };
}
