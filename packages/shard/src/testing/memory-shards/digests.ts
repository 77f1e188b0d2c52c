import { createHash } from 'node:crypto';
import { xxh32 } from '../../hash/xxh32.ts';
import type { BucketDigest, Row, RowDigest } from '../../moving/data-adapter.ts';

/** Which bucket a key is in. */
export function bucketOf(key: string, buckets: number): number {
  return xxh32(key) % buckets;
}

/** Equal for rows of equal key and value; versions do not count. */
export function rowDigest({ key, value }: Row): RowDigest {
  return {
    key,
    hash: createHash('sha256')
      .update(JSON.stringify([key, tagged(value)]))
      .digest('hex')
      .slice(0, 32),
  };
}

/** One for each bucket, whatever the order of the rows. */
export function bucketDigests(rows: readonly Row[], buckets: number): readonly BucketDigest[] {
  const found = Array.from({ length: buckets }, () => ({ rows: 0, bits: 0n }));
  for (const row of rows) {
    const bucket = found[bucketOf(row.key, buckets)] as { rows: number; bits: bigint };
    bucket.rows += 1;
    bucket.bits ^= BigInt(`0x${rowDigest(row).hash}`);
  }
  return found.map(({ rows: count, bits }) => ({ rows: count, hash: bits.toString(16).padStart(32, '0') }));
}

/** A value as JSON can tell it from every other: what JSON has no word for is given its kind, and what it has stays apart from that. */
function tagged(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return ['bigint', String(value)];
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['number', Object.is(value, -0) ? '-0' : String(value)];
    case 'undefined':
      return ['undefined'];
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return ['array', ...value.map(tagged)];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('base64')];
  if (value instanceof Date) return ['date', value.getTime()];
  if (value instanceof Map) return ['map', ...[...value].map(tagged)];
  if (value instanceof Set) return ['set', ...[...value].map(tagged)];
  return [
    'object',
    ...Object.keys(value)
      .sort()
      .map((name) => [name, tagged((value as Record<string, unknown>)[name])]),
  ];
}
