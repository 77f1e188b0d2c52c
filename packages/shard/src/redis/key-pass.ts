import { XcError } from '@xc/core';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { keyOf } from './key-text.ts';
import { OWN, type RedisShard } from './redis-shards.ts';
import { keysScript } from './scripts.ts';

/** Keys of one partition, in the order of their text. */
export interface KeyRange {
  readonly keys: readonly string[];
  /** The last key that is sure to be in the range; `undefined`: all are. */
  readonly until: string | undefined;
}

/** What a pass looks for. */
export interface Wanted {
  readonly partition: number;
  /** Only keys behind this one. */
  readonly after: string | undefined;
}

/** About how many keys a server gives at a time. */
const PAGE = 500;

/** Keys that are held at a time: some 100 MB of them. */
const MOST_KEYS = 500_000;

/** How often a pass begins anew on a server that has become another one. */
const ATTEMPTS = 5;

/**
 * Goes once through all keys of a shard and gives those of some partitions, each in order. SCAN has no order, so they are held and
 * sorted; when they are more than may be held, partitions at the end of the list are left out, and of the first one those behind
 * its middle: whoever wants them makes another pass.
 *
 * A key that is there from beginning to end is found. One that comes or goes meanwhile may be.
 */
export async function passOver(
  shard: RedisShard,
  partitioner: Partitioner,
  wanted: readonly [Wanted, ...Wanted[]],
  signal: AbortSignal,
  mostKeys = MOST_KEYS,
): Promise<ReadonlyMap<number, KeyRange>> {
  let sieve = new Sieve(wanted, mostKeys);
  await passAgain(async () => {
    sieve = new Sieve(wanted, mostKeys);
    return await scanAll(shard, partitioner, (partition, key) => sieve.add(partition, key), signal);
  });
  return sieve.ranges();
}

/** Tells how many keys of each partition a shard has. */
export async function countOver(
  shard: RedisShard,
  partitioner: Partitioner,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  const add = (partition: number): void => void counts.set(partition, (counts.get(partition) ?? 0) + 1);
  await passAgain(async () => {
    counts.clear();
    return await scanAll(shard, partitioner, add, signal);
  });
  return counts;
}

async function passAgain(pass: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) if (await pass()) return;
  throw new XcError('XC_SHARD_UNSTEADY', 'the server of a shard became another one in every pass over its keys', {
    retryable: true,
  });
}

/** False when the server has restarted or another one has taken its place: its cursors mean nothing to the new one. */
async function scanAll(
  shard: RedisShard,
  partitioner: Partitioner,
  tell: (partition: number, key: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const pattern = `${shard.prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
  let [cursor, first] = ['0', ''];
  do {
    const [server, next, page] = await shard.run(keysScript, [], [cursor, pattern, PAGE], signal);
    if (first === '') first = server.toString();
    else if (first !== server.toString()) return false;
    cursor = next.toString();
    const keys = page.map((key) => shard.nameOf(key)).filter((key) => !key.startsWith(OWN));
    const partitions = await partitionsOf(partitioner, keys, signal);
    for (const [index, key] of keys.entries()) tell(partitions[index] as number, key);
  } while (cursor !== '0');
  return true;
}

/** The partition of each key, as a router has it. */
export async function partitionsOf(
  partitioner: Partitioner,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (partitioner.locate === undefined) return keys.map((key) => partitioner.of(keyOf(key)));
  return keys.length === 0 ? [] : await partitioner.locate(keys.map(keyOf), signal);
}

interface Caught {
  readonly after: string | undefined;
  until: string | undefined;
  keys: string[];
}

/** Holds what a pass is to find, and no more than may be held. */
class Sieve {
  readonly #caught = new Map<number, Caught>();
  readonly #most: number;
  #count = 0;

  constructor(wanted: readonly Wanted[], most: number) {
    for (const { partition, after } of wanted) this.#caught.set(partition, { after, until: undefined, keys: [] });
    this.#most = most;
  }

  add(partition: number, key: string): void {
    const caught = this.#caught.get(partition);
    if (caught === undefined) return;
    if (caught.after !== undefined && key <= caught.after) return;
    if (caught.until !== undefined && key > caught.until) return;
    caught.keys.push(key);
    this.#count += 1;
    if (this.#count > this.#most) this.#makeRoom();
  }

  ranges(): ReadonlyMap<number, KeyRange> {
    const ranges = new Map<number, KeyRange>();
    for (const [partition, { keys, until }] of this.#caught) ranges.set(partition, { keys: sortedOnce(keys), until });
    return ranges;
  }

  #makeRoom(): void {
    const [partition, last] = [...this.#caught].at(-1) as [number, Caught];
    if (this.#caught.size > 1) {
      this.#caught.delete(partition);
      this.#count -= last.keys.length;
      return;
    }
    const keys = sortedOnce(last.keys);
    last.keys = keys.slice(0, Math.max(1, keys.length >> 1));
    last.until = last.keys.at(-1);
    this.#count = last.keys.length;
  }
}

/** In order and each once: SCAN may give a key twice. */
export function sortedOnce(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort(byText);
}

/** By UTF-16 units, as `<` does. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
