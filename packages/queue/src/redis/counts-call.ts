import type { EngineReads, StoredCounts } from '../engine/engine-reads.ts';
import type { CallBounds } from './connection.ts';
import type { OpenQueue } from './open-queue.ts';
import { items, numeric, text } from './raw.ts';
import type { Raw } from './scripts.ts';
import type { Shard } from './shard.ts';

const totalNames = ['added', 'done', 'dead', 'cancelled', 'failed', 'lost'] as const;

/** Counts of all shards, of one instant each. What waits is what is nowhere else. */
export async function counts(
  queue: OpenQueue,
  { behindKeys = false }: EngineReads['counts']['args'],
  bounds: CallBounds,
): Promise<StoredCounts> {
  const answers = await Promise.all(queue.shards.map((shard) => shard.run('counts', [], bounds)));
  const sum = (place: number): number => answers.reduce((total, raw) => total + (numeric(raw[place]) as number), 0);
  const [blocked, delayed, active, done, dead, cancelled] = [2, 3, 4, 5, 6, 7].map(sum) as [
    ...[number, number, number, number, number, number],
  ];
  const waiting = sum(1) - blocked - delayed - active - done - dead - cancelled;
  const oldest: Record<string, number> = {};
  const waitsSince = (dues: readonly Raw[]): void => {
    for (const [index, due] of dues.entries()) {
      if (!Buffer.isBuffer(due)) continue;
      const lane = queue.lanes[index] as string;
      oldest[lane] = Math.min(oldest[lane] ?? Number.POSITIVE_INFINITY, due.readDoubleBE(0));
    }
  };
  for (const raw of answers) waitsSince(items(raw[15]));
  if (behindKeys) await Promise.all(queue.shards.map((shard) => lookBehindKeys(shard, bounds, waitsSince)));
  return {
    states: { blocked, delayed, waiting, active, done, dead, cancelled },
    paused: answers.some((raw) => numeric(raw[8]) === 1),
    totals: Object.fromEntries(
      totalNames.map((name, index) => [name, sum(9 + index)]),
    ) as unknown as StoredCounts['totals'],
    oldest,
    now: Math.max(...answers.map((raw) => numeric(raw[0]) as number)),
  };
}

/** Looks at all keys of a shard that have no turn, in slices. */
async function lookBehindKeys(
  shard: Shard,
  bounds: CallBounds,
  waitsSince: (dues: readonly Raw[]) => void,
): Promise<void> {
  let cursor = '0';
  do {
    const [next, dues] = await shard.run('behindKeys', [cursor], bounds);
    cursor = text(next);
    waitsSince(items(dues));
  } while (cursor !== '0');
}
