import type { Clock } from '@xc/core';
import { type RedisClient, runCommand, scanKeys } from '@xc/redis';
import type { KeyLayout } from './key-layout.ts';

const BATCH_MS = 10_000;

/** Gives back the memory of all values on every master, a few hundred at a time, and says how many there were. */
export async function purgeEntries(
  client: RedisClient,
  layout: KeyLayout,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<number> {
  const bounds = { deadlineMs: BATCH_MS, clock, ...(signal && { signal }) };
  let gone = 0;
  for await (const keys of scanKeys(client, layout.values, bounds)) {
    if (keys.length > 0) gone += await unlink(client, keys, { ...bounds, name: 'UNLINK' });
  }
  return gone;
}

async function unlink(
  client: RedisClient,
  keys: readonly string[],
  bounds: Parameters<typeof runCommand>[2],
): Promise<number> {
  if (!client.isCluster) return runCommand(client, () => client.unlink(...keys), bounds);
  // One command a key: each is in a slot of its own.
  const answers = await Promise.all(keys.map((key) => runCommand(client, () => client.unlink(key), bounds)));
  return answers.reduce((sum, answer) => sum + answer, 0);
}
