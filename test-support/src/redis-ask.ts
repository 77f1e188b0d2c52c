import { Redis } from 'ioredis';

/**
 * Runs one command on the Redis at this port, over a connection of its own, and never for longer than a second.
 * Commands of the cluster and the sentinel must reach one certain node, so no client that follows redirections is used.
 */
export async function ask(port: number, command: string, ...args: readonly (string | number)[]): Promise<unknown> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}
