import { crc32 } from 'node:zlib';
import { type Codec, jsonCodec } from '@xc/core';
import type { StoredEntry, TierEntry } from '../tier/tier-entry.ts';

/** An entry as it goes into Redis: the script puts its version and its times before it, and its end and a check behind. */
export interface Sealed {
  /** The envelope. */
  readonly body: Buffer;
  /** The CRC-32 that ends the envelope. */
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

// A stored value: version (16 digits), when it was stored (14 digits of ms), its span (14), envelope, its end (14), version plus
// check (16). The span is how long it is kept from when it was stored, and moves with its end; all of them are by the clock of the
// server. What scripts write stands there twice, as it is or as a sum, for they know no checksum.
const VERSION = 16;
const MS = 14;
const BEFORE = VERSION + MS + MS;
const BEHIND = MS + VERSION;
const HEADER = 58;
const CHECK = 4;
const LEAST = BEFORE + HEADER + CHECK + BEHIND;
const MAGIC = 0xca43;
const FORMAT = 1;
const NEGATIVE = 1;
const ZERO = 48;

/**
 * Makes what a script stores. The envelope: magic, format, flags, codec, load time, logical life, grace, greatest age, slide,
 * stamp, the lengths of what follows, tags and meta, the value, and a CRC-32 of all of it that begins with a hash of the full key.
 *
 * @throws what the codec throws for a value that it cannot say.
 */
export function seal(key: string, entry: TierEntry, stamp: bigint, { codec, maxTtlMs }: Sealing): Sealed {
  const payload = codec.encode(entry.value, key);
  const head = headOf(entry);
  const ttlMs = Math.min(entry.ttlMs, maxTtlMs);
  const graceMs = Math.min(entry.graceMs, maxTtlMs);
  const lifeMs = Math.max(1, Math.floor(ttlMs + graceMs));
  const body = Buffer.allocUnsafe(HEADER + head.length + payload.length + CHECK);
  body.writeUInt16BE(MAGIC, 0);
  body[2] = FORMAT;
  body[3] = entry.negative ? NEGATIVE : 0;
  body.writeUInt16BE(codec.id, 4);
  body.writeFloatBE(entry.loadMs, 6);
  body.writeDoubleBE(ttlMs, 10);
  body.writeDoubleBE(graceMs, 18);
  body.writeDoubleBE(entry.maxAgeMs, 26);
  body.writeDoubleBE(entry.slideMs, 34);
  body.writeDoubleBE(Number(stamp), 42);
  body.writeUInt32BE(head.length, 50);
  body.writeUInt32BE(payload.length, 54);
  body.set(head, HEADER);
  body.set(payload, HEADER + head.length);
  const end = body.length - CHECK;
  const check = crc32(body.subarray(0, end), hashOf(key));
  body.writeUInt32BE(check, end);
  return { body, check, lifeMs, bytes: payload.length };
}

/**
 * Opens what a script has stored. Whatever is wrong with it, an unknown format or the value of another key included, the
 * answer is `undefined`, never another value and never an exception.
 *
 * Costs about twice what the codec does; guarded by `bench/redis.bench.ts`.
 *
 * @param leftMs - How long the server still keeps it.
 */
export function open(key: string, stored: Buffer, leftMs: number, sealing: Sealing): StoredEntry | undefined {
  const { codec, maxDecodedBytes } = sealing;
  if (!isOurs(stored)) return undefined;
  const headBytes = stored.readUInt32BE(94);
  const bytes = stored.readUInt32BE(98);
  if (bytes > maxDecodedBytes || stored.readUInt16BE(48) !== codec.id) return undefined;
  const from = BEFORE + HEADER + headBytes;
  const end = stored.length - BEHIND - CHECK;
  if (from + bytes !== end) return undefined;
  const check = stored.readUInt32BE(end);
  const version = numberAt(stored, 0, VERSION);
  const span = numberAt(stored, VERSION + MS, MS);
  if (numberAt(stored, end + CHECK, MS) !== numberAt(stored, VERSION, MS) + span) return undefined;
  if (numberAt(stored, end + CHECK + MS, VERSION) !== version + check) return undefined;
  if (crc32(stored.subarray(BEFORE, end), hashOf(key)) !== check) return undefined;
  try {
    const value = codec === jsonCodec ? jsonAt(stored, from, end) : codec.decode(stored.subarray(from, end), key);
    const [tags, meta] = readHead(stored, headBytes);
    const graceMs = stored.readDoubleBE(62);
    return {
      value,
      bytes,
      version: BigInt(version),
      stamp: BigInt(stored.readDoubleBE(86)),
      ageMs: span - leftMs,
      ttlMs: stored.readDoubleBE(54),
      graceMs,
      maxAgeMs: stored.readDoubleBE(70),
      slideMs: stored.readDoubleBE(78),
      loadMs: stored.readFloatBE(50),
      negative: stored[47] === NEGATIVE,
      ttlLeftMs: leftMs - graceMs,
      lifeLeftMs: leftMs,
      tags,
      meta,
    };
  } catch {
    return undefined;
  }
}

/** Where an entry stands and when it goes, of what stands before its value. Its check is not looked at. */
export function openLabel(
  stored: Buffer,
  leftMs: number,
): Pick<StoredEntry, 'version' | 'stamp' | 'tags' | 'ttlLeftMs' | 'lifeLeftMs'> {
  const [tags] = readHead(stored, stored.readUInt32BE(94));
  return {
    version: BigInt(numberAt(stored, 0, VERSION)),
    stamp: BigInt(stored.readDoubleBE(86)),
    tags,
    ttlLeftMs: leftMs - stored.readDoubleBE(62),
    lifeLeftMs: leftMs,
  };
}

/** When the server drops what it has stored so, in ms of its clock; NaN for what is none of ours. */
export function endOf(stored: Buffer): number {
  return stored.length < LEAST ? Number.NaN : numberAt(stored, stored.length - BEHIND, MS);
}

/** How a version stands before a value. */
export function digitsOf(version: bigint): string {
  return version.toString().padStart(VERSION, '0');
}

function isOurs(stored: Buffer): boolean {
  return stored.length >= LEAST && stored.readUInt16BE(BEFORE) === MAGIC && stored[BEFORE + 2] === FORMAT;
}

/** FNV-1a. What the checksum of an envelope begins with: two of them differ wherever their keys do, all but one in 2^32. */
function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01_00_01_93);
  return hash >>> 0;
}

/** NaN unless all of them are digits. */
function numberAt(stored: Buffer, at: number, width: number): number {
  let number = 0;
  for (let index = at; index < at + width; index++) {
    const digit = (stored[index] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const mayNameProto = /__proto__|\\u00[567]/;

// Bytes that have passed their check are the UTF-8 that was sealed, and need not be proven to be that again.
function jsonAt(stored: Buffer, from: number, end: number): unknown {
  const text = stored.toString('utf8', from, end);
  return mayNameProto.test(text) ? jsonCodec.decode(stored.subarray(from, end)) : JSON.parse(text);
}

type Head = readonly [tags: readonly string[], meta: Readonly<Record<string, string>>];

const noHead: Head = [Object.freeze([]), Object.freeze({})];
const noBytes = new Uint8Array(0);

function headOf({ tags, meta }: TierEntry): Uint8Array {
  return tags.length > 0 || Object.keys(meta).length > 0 ? Buffer.from(JSON.stringify([tags, meta])) : noBytes;
}

function readHead(stored: Buffer, bytes: number): Head {
  const from = BEFORE + HEADER;
  return bytes === 0 ? noHead : (JSON.parse(stored.toString('utf8', from, from + bytes)) as Head);
}
