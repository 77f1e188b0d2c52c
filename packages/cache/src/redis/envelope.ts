import { crc32 } from 'node:zlib';
import { type Codec, jsonCodec } from '@xc/core';
import type { StoredEntry, TierEntry } from '../tier/tier-entry.ts';

/** An entry as it goes into Redis: the script puts its version before it, and version and check behind. */
export interface Sealed {
  /** The span, the envelope, the span. */
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

// A stored value: version (16 digits), span (14 digits), envelope, span, version plus check (16 digits). The span is how long it is
// kept from when it was stored, in ms, and moves with its end; what scripts write stands there twice, for they know no checksum.
const VERSION = 16;
const SPAN = 14;
const BEFORE = VERSION + SPAN;
const HEADER = 58;
const CHECK = 4;
const LEAST = BEFORE + HEADER + CHECK + BEFORE;
const MAGIC = 0xca43;
const FORMAT = 1;
const NEGATIVE = 1;
const ZERO = 48;

/**
 * Makes what a script stores. The envelope: magic, format, flags, codec, load time, logical life, grace, greatest age, slide,
 * stamp, the lengths of what follows, tags and meta, the value, and a CRC-32 of the full key and of all of it.
 *
 * @throws what the codec throws for a value that it cannot say.
 */
export function seal(key: string, entry: TierEntry, stamp: bigint, { codec, maxTtlMs }: Sealing): Sealed {
  const payload = codec.encode(entry.value, key);
  const head = headOf(entry);
  const ttlMs = Math.min(entry.ttlMs, maxTtlMs);
  const graceMs = Math.min(entry.graceMs, maxTtlMs);
  const lifeMs = Math.max(1, Math.floor(ttlMs + graceMs));
  const body = Buffer.allocUnsafe(SPAN + HEADER + head.length + payload.length + CHECK + SPAN);
  const span = String(lifeMs).padStart(SPAN, '0');
  body.write(span, 0, 'latin1');
  body.writeUInt16BE(MAGIC, 14);
  body[16] = FORMAT;
  body[17] = entry.negative ? NEGATIVE : 0;
  body.writeUInt16BE(codec.id, 18);
  body.writeFloatBE(entry.loadMs, 20);
  body.writeDoubleBE(ttlMs, 24);
  body.writeDoubleBE(graceMs, 32);
  body.writeDoubleBE(entry.maxAgeMs, 40);
  body.writeDoubleBE(entry.slideMs, 48);
  body.writeDoubleBE(Number(stamp), 56);
  body.writeUInt32BE(head.length, 64);
  body.writeUInt32BE(payload.length, 68);
  body.set(head, SPAN + HEADER);
  body.set(payload, SPAN + HEADER + head.length);
  const end = body.length - SPAN - CHECK;
  const check = crc32(body.subarray(SPAN, end), crc32(key));
  body.writeUInt32BE(check, end);
  body.write(span, end + CHECK, 'latin1');
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
  const headBytes = stored.readUInt32BE(80);
  const bytes = stored.readUInt32BE(84);
  if (bytes > maxDecodedBytes || stored.readUInt16BE(34) !== codec.id) return undefined;
  const from = BEFORE + HEADER + headBytes;
  const end = stored.length - BEFORE - CHECK;
  if (from + bytes !== end) return undefined;
  const check = stored.readUInt32BE(end);
  const version = numberAt(stored, 0, VERSION);
  const span = numberAt(stored, VERSION, SPAN);
  if (numberAt(stored, end + CHECK, SPAN) !== span) return undefined;
  if (numberAt(stored, end + CHECK + SPAN, VERSION) !== version + check) return undefined;
  if (crc32(stored.subarray(BEFORE, end), crc32(key)) !== check) return undefined;
  try {
    const value = codec === jsonCodec ? jsonAt(stored, from, end) : codec.decode(stored.subarray(from, end), key);
    const [tags, meta] = readHead(stored, headBytes);
    const graceMs = stored.readDoubleBE(48);
    return {
      value,
      bytes,
      version: BigInt(version),
      stamp: BigInt(stored.readDoubleBE(72)),
      ageMs: span - leftMs,
      ttlMs: stored.readDoubleBE(40),
      graceMs,
      maxAgeMs: stored.readDoubleBE(56),
      slideMs: stored.readDoubleBE(64),
      loadMs: stored.readFloatBE(36),
      negative: stored[33] === NEGATIVE,
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
  const [tags] = readHead(stored, stored.readUInt32BE(80));
  return {
    version: BigInt(numberAt(stored, 0, VERSION)),
    stamp: BigInt(stored.readDoubleBE(72)),
    tags,
    ttlLeftMs: leftMs - stored.readDoubleBE(48),
    lifeLeftMs: leftMs,
  };
}

/** How a version stands before a value. */
export function digitsOf(version: bigint): string {
  return version.toString().padStart(VERSION, '0');
}

function isOurs(stored: Buffer): boolean {
  return stored.length >= LEAST && stored.readUInt16BE(BEFORE) === MAGIC && stored[BEFORE + 2] === FORMAT;
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

const noHead: Head = [[], {}];
const noBytes = new Uint8Array(0);

function headOf({ tags, meta }: TierEntry): Uint8Array {
  return tags.length > 0 || Object.keys(meta).length > 0 ? Buffer.from(JSON.stringify([tags, meta])) : noBytes;
}

function readHead(stored: Buffer, bytes: number): Head {
  const from = BEFORE + HEADER;
  return bytes === 0 ? noHead : (JSON.parse(stored.toString('utf8', from, from + bytes)) as Head);
}
