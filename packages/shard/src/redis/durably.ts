import { randomUUID } from 'node:crypto';
import { XcError } from '@xc/core';
import { runCommand } from '@xc/redis';
import type { Redis } from 'ioredis';
import { GUARD, RedisShard } from './redis-shards.ts';
import { replicasScript, syncScript } from './scripts.ts';

/** How long a replica may take to say that it has something, in ms: half of what a call may take. */
const REPLICA_MS = 1_000;

/** A master, as it was at a moment. */
export interface Mastery {
  readonly replicas: number;
  /** Another one takes over with another. */
  readonly history: string;
}

/**
 * Changes the guard so that a failover does not undo it: when it resolves, a replica has the change, where the server has any. Behind
 * Sentinel it must have one: a master that has lost its replica may have lost its place to it, and not know yet. On a connection of
 * its own, since nothing else gets through one that waits; which is gone when the server is another one meanwhile.
 *
 * @param seen - What the master was when the first of what has to last was done; as of now by default.
 * @throws XcError `XC_SHARD_NOT_REPLICATED` when no replica says so in time; the change may have been made.
 */
export async function durably<T>(
  shard: RedisShard,
  signal: AbortSignal,
  change: (shard: RedisShard) => Promise<T>,
  seen?: Mastery,
): Promise<T> {
  const { replicas, history } = seen ?? (await masteryOf(shard, signal));
  const given = shard.client as Redis;
  if (replicas === 0) {
    if (given.options.sentinels == null) return await change(shard);
    throw notReplicated('a master behind Sentinel has no replica: another one may have its place', replicas);
  }
  const client = given.duplicate({
    retryStrategy: null,
    lazyConnect: true,
    maxRetriesPerRequest: null,
  });
  // Told by the call that fails.
  client.on('error', () => undefined);
  try {
    const own = new RedisShard(client);
    if ((await masteryOf(own, signal)).history !== history)
      throw notReplicated('another master has taken over', replicas);
    const changed = await change(own);
    await own.run(syncScript, [GUARD], [randomUUID()], signal);
    const wait = (): Promise<number> => client.wait(1, REPLICA_MS);
    const reached = await runCommand(client, wait, { name: 'WAIT', deadlineMs: 2 * REPLICA_MS, signal });
    if (reached > 0) return changed;
  } finally {
    client.disconnect();
  }
  throw notReplicated(`none of ${replicas} replicas has the change after ${REPLICA_MS} ms`, replicas);
}

/** What a master says of itself. */
export async function masteryOf(shard: RedisShard, signal: AbortSignal): Promise<Mastery> {
  const [replicas, history] = await shard.run(replicasScript, [], [], signal);
  return { replicas, history };
}

function notReplicated(message: string, replicas: number): XcError {
  return new XcError('XC_SHARD_NOT_REPLICATED', message, { retryable: true, details: { replicas } });
}
