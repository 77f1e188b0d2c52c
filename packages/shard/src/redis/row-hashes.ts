import { xxh32 } from '../hash/xxh32.ts';
import type { BucketDigest, RowDigest } from '../moving/data-adapter.ts';
import { hashOf, Sum } from './content-hash.ts';
import { keyOf } from './key-text.ts';
import { largeValueHash } from './large-value.ts';
import type { RedisShard } from './redis-shards.ts';
import { contentsScript } from './scripts.ts';
import { valueHash } from './value-hash.ts';

/** Keys that one script is asked for, and bytes after which it leaves the rest to the next. */
const KEYS_AT_ONCE = 50;
const BYTES_AT_ONCE = 128 * 1024;

/** A value that takes more, or has more elements, is read piece by piece. */
const LARGE_BYTES = 32 * 1024;
const LARGE_ELEMENTS = 200;

/** Not the seed of a partitioner: all keys of a partition may be alike there. */
const SEED = 0x5ca1ab1e;

/** Which bucket a key is in. */
export function bucketOf(key: string, buckets: number): number {
  return xxh32(keyOf(key), SEED) % buckets;
}

/**
 * What the rows of these keys are, as hashes: of kind, contents and the moment at which they end, however a server keeps them. DUMP
 * would not do: it differs between versions, by the order of hash tables and by how a value came to be.
 */
export async function rowHashes(
  shard: RedisShard,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly RowDigest[]> {
  const rows: RowDigest[] = [];
  for (let next = 0; next < keys.length; ) {
    const some = keys.slice(next, next + KEYS_AT_ONCE);
    const args: [number, number, number] = [LARGE_BYTES, LARGE_ELEMENTS, BYTES_AT_ONCE];
    const found = await shard.run(contentsScript, some.map(keyOf), args, signal);
    for (const [index, row] of found.entries()) {
      if (row === null) continue;
      const key = some[index] as string;
      const [kind, endsAt, inside] = row;
      const contents = await contentsOf(shard, key, kind.toString(), inside, signal);
      if (contents !== undefined) rows.push({ key, hash: hashOf(kind, endsAt, contents).toString('hex') });
    }
    next += found.length;
  }
  return rows;
}

/** `undefined` when it has vanished meanwhile. */
async function contentsOf(
  shard: RedisShard,
  key: string,
  kind: string,
  inside: readonly Buffer[] | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (inside === null) return await largeValueHash(shard, key, kind, signal);
  const hash = valueHash(kind);
  hash.add(inside);
  return hash.toString();
}

/** Rows by bucket. */
export class Buckets {
  readonly #sums: Sum[];
  readonly #rows: number[];

  constructor(buckets: number) {
    this.#sums = Array.from({ length: buckets }, () => new Sum());
    this.#rows = new Array(buckets).fill(0);
  }

  add(rows: readonly RowDigest[]): void {
    for (const { key, hash } of rows) {
      const bucket = bucketOf(key, this.#sums.length);
      (this.#sums[bucket] as Sum).add(hashOf(key, hash));
      this.#rows[bucket] = (this.#rows[bucket] as number) + 1;
    }
  }

  digests(): readonly BucketDigest[] {
    return this.#sums.map((sum, bucket) => ({ rows: this.#rows[bucket] as number, hash: sum.toString() }));
  }
}
