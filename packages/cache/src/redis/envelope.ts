import { crc32 } from 'node:zlib';
import type { Codec } from '@xc/core';
import type { StoredEntry, TierEntry } from '../tier/tier-entry.ts';

/** An entry as it goes into Redis: the script puts its version, span and stamp before it, tied to it by the check. */
export interface Sealed {
  readonly envelope: Buffer;
  readonly check: number;
  /** How long it is kept, in whole milliseconds. */
  readonly lifeMs: number;
  /** Length of the encoded value. */
  readonly bytes: number;
}

/** How values become bytes and back. */
export interface Sealing {
  readonly codec: Codec;
  /** What an envelope may claim to hold. */
  readonly maxDecodedBytes: number;
  /** What Infinity is cut to. */
  readonly maxTtlMs: number;
}

/** What can be told without the value. */
export type Label = Omit<StoredEntry, 'value' | 'bytes'>;

/** 16 digits of version, 14 of span, 16 of stamp, 14 of the tie. */
const DIGITS = 60;
const HEADER = 50;
const CHECK = 4;
const MAGIC = 0xca43;
const FORMAT = 1;
const NEGATIVE = 1;

/**
 * Makes the envelope of an entry: magic, format, flags, logical life, grace, greatest age, slide, load time, codec, the lengths of
 * what follows, tags and meta, the value, and a CRC-32 of the full key and of all of it.
 *
 * @throws what the codec throws for a value that it cannot say.
 */
export function seal(key: string, entry: TierEntry, { codec, maxTtlMs }: Sealing): Sealed {
  const payload = codec.encode(entry.value, key);
  const head = headOf(entry);
  const ttlMs = Math.min(entry.ttlMs, maxTtlMs);
  const graceMs = Math.min(entry.graceMs, maxTtlMs);
  const envelope = Buffer.allocUnsafe(HEADER + head.length + payload.length + CHECK);
  envelope.writeUInt16BE(MAGIC, 0);
  envelope[2] = FORMAT;
  envelope[3] = entry.negative ? NEGATIVE : 0;
  envelope.writeDoubleBE(ttlMs, 4);
  envelope.writeDoubleBE(graceMs, 12);
  envelope.writeDoubleBE(entry.maxAgeMs, 20);
  envelope.writeDoubleBE(entry.slideMs, 28);
  envelope.writeFloatBE(entry.loadMs, 36);
  envelope.writeUInt16BE(codec.id, 40);
  envelope.writeUInt32BE(head.length, 42);
  envelope.writeUInt32BE(payload.length, 46);
  envelope.set(head, HEADER);
  envelope.set(payload, HEADER + head.length);
  const end = envelope.length - CHECK;
  const check = crc32(envelope.subarray(0, end), crc32(key));
  envelope.writeUInt32BE(check, end);
  return { envelope, check, lifeMs: Math.max(1, Math.floor(ttlMs + graceMs)), bytes: payload.length };
}

/**
 * Opens what a script has stored. Whatever is wrong with it, an unknown format or the value of another key included, the
 * answer is `undefined`, never another value and never an exception.
 *
 * @param leftMs - How long the server still keeps it.
 */
export function open(key: string, stored: Buffer, leftMs: number, sealing: Sealing): StoredEntry | undefined {
  const { codec, maxDecodedBytes } = sealing;
  if (!isOurs(stored)) return undefined;
  const bytes = stored.readUInt32BE(DIGITS + 46);
  if (bytes > maxDecodedBytes || stored.readUInt16BE(DIGITS + 40) !== codec.id) return undefined;
  const from = DIGITS + HEADER + stored.readUInt32BE(DIGITS + 42);
  const end = stored.length - CHECK;
  if (from + bytes !== end) return undefined;
  const check = crc32(stored.subarray(DIGITS, end), crc32(key));
  if (stored.readUInt32BE(end) !== check || !isTied(stored, check)) return undefined;
  try {
    const value = codec.decode(stored.subarray(from, end), key);
    return { ...(openLabel(stored, leftMs) as Label), value, bytes };
  } catch {
    return undefined;
  }
}

/** Reads what stands before the value, of the beginning of what a script has stored. Its check is not looked at. */
export function openLabel(stored: Buffer, leftMs: number): Label | undefined {
  if (!isOurs(stored)) return undefined;
  const [tags, meta] = readHead(stored.subarray(DIGITS + HEADER, DIGITS + HEADER + stored.readUInt32BE(DIGITS + 42)));
  const graceMs = stored.readDoubleBE(DIGITS + 12);
  return {
    version: BigInt(stored.toString('latin1', 0, 16)),
    stamp: BigInt(stored.toString('latin1', 30, 46)),
    ageMs: Number(stored.toString('latin1', 16, 30)) - leftMs,
    ttlMs: stored.readDoubleBE(DIGITS + 4),
    graceMs,
    maxAgeMs: stored.readDoubleBE(DIGITS + 20),
    slideMs: stored.readDoubleBE(DIGITS + 28),
    loadMs: stored.readFloatBE(DIGITS + 36),
    negative: stored[DIGITS + 3] === NEGATIVE,
    ttlLeftMs: leftMs - graceMs,
    lifeLeftMs: leftMs,
    tags,
    meta,
  };
}

/** How a version stands before a value. */
export function digitsOf(version: bigint): string {
  return version.toString().padStart(16, '0');
}

function isOurs(stored: Buffer): boolean {
  return stored.length >= DIGITS + HEADER && stored.readUInt16BE(DIGITS) === MAGIC && stored[DIGITS + 2] === FORMAT;
}

// Version, span and stamp in one number with the check, so that none of them stands before another value unnoticed.
function isTied(stored: Buffer, check: number): boolean {
  const digits = stored.toString('latin1', 0, DIGITS);
  const version = Number(digits.slice(0, 16));
  const span = Number(digits.slice(16, 30));
  const stamp = Number(digits.slice(30, 46));
  const tie = ((version + stamp) % 2 ** 32) + span + check;
  return digits === padded(version, 16) + padded(span, 14) + padded(stamp, 16) + padded(tie, 14);
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

type Head = readonly [tags: readonly string[], meta: Readonly<Record<string, string>>];

const noHead: Head = [[], {}];
const noBytes = new Uint8Array(0);

function headOf({ tags, meta }: TierEntry): Uint8Array {
  return tags.length > 0 || Object.keys(meta).length > 0 ? Buffer.from(JSON.stringify([tags, meta])) : noBytes;
}

function readHead(bytes: Buffer): Head {
  return bytes.length === 0 ? noHead : (JSON.parse(bytes.toString()) as Head);
}
