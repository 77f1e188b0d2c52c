import { randomUUID } from 'node:crypto';
import { XcError } from '@xc/core';
import { runCommand } from '@xc/redis';
import type { Redis } from 'ioredis';
import { GUARD, RedisShard } from './redis-shards.ts';
import { replicasScript, syncScript } from './scripts.ts';

/** How long a replica may take to say that it has something, in ms: half of what a call may take. */
const REPLICA_MS = 1_000;

/**
 * Changes the guard so that a failover does not undo it: when it resolves, a replica has the change, where the server has any. On a
 * connection of its own, since nothing else gets through one that waits; which is gone when the server is another one meanwhile.
 *
 * @throws XcError `XC_SHARD_NOT_REPLICATED` when no replica says so in time; the change may have been made.
 */
export async function durably<T>(
  shard: RedisShard,
  signal: AbortSignal,
  change: (shard: RedisShard) => Promise<T>,
): Promise<T> {
  const replicas = await shard.run(replicasScript, [], [], signal);
  if (replicas === 0) return await change(shard);
  const client = (shard.client as Redis).duplicate({
    retryStrategy: null,
    lazyConnect: true,
    maxRetriesPerRequest: null,
  });
  // Told by the call that fails.
  client.on('error', () => undefined);
  try {
    const own = new RedisShard(client);
    const changed = await change(own);
    await own.run(syncScript, [GUARD], [randomUUID()], signal);
    const wait = (): Promise<number> => client.wait(1, REPLICA_MS);
    const reached = await runCommand(client, wait, { name: 'WAIT', deadlineMs: 2 * REPLICA_MS, signal });
    if (reached > 0) return changed;
  } finally {
    client.disconnect();
  }
  throw new XcError('XC_SHARD_NOT_REPLICATED', `none of ${replicas} replicas has the change after ${REPLICA_MS} ms`, {
    retryable: true,
    details: { replicas },
  });
}
