import type { Writable } from 'node:stream';
import type { RedisClient } from '@xc/redis';

/** What is looked at of a client of one server. */
interface Connection {
  readonly stream?: Writable | undefined;
  /** Commands on their way. */
  readonly commandQueue?: { readonly length: number };
}

/**
 * Lets all commands of one turn of the event loop leave in one write: replies come many at a time and wake their callers
 * together, and a write of its own for each costs more than all the rest of a call. Nothing is held back beyond the turn, and
 * a call that is alone leaves at once.
 *
 * A cluster has a connection for each node, and is left alone.
 */
export function coalescedWrites(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  const connection = client as unknown as Connection;
  let corked: Writable | undefined;
  const uncork = (): void => {
    const stream = corked;
    corked = undefined;
    stream?.uncork();
  };
  return () => {
    if (corked !== undefined || connection.commandQueue?.length === 0) return;
    const { stream } = connection;
    if (typeof stream?.cork !== 'function') return;
    corked = stream;
    stream.cork();
    process.nextTick(uncork);
  };
}
