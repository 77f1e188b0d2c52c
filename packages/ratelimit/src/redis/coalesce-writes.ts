import type { Writable } from 'node:stream';
import type { RedisClient } from '@xc/redis';

/**
 * Lets all commands of one turn of the event loop leave in one write: replies come many at a time and wake their callers
 * together, and a write of its own for each costs more than all the rest of a call. Nothing is held back beyond the turn.
 *
 * A cluster has a connection for each node, and is left alone.
 */
export function coalescedWrites(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  let corked: Writable | undefined;
  const uncork = (): void => {
    const stream = corked;
    corked = undefined;
    stream?.uncork();
  };
  return () => {
    if (corked !== undefined) return;
    const { stream } = client as { readonly stream?: Writable | undefined };
    if (typeof stream?.cork !== 'function') return;
    corked = stream;
    stream.cork();
    process.nextTick(uncork);
  };
}
