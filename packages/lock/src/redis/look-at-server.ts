import { type Logger, noopLogger } from '@xc/core';
import { checkServer, type RedisClient } from '@xc/redis';

/**
 * Warns once for each client where its server may evict a lock, which is then free for two, or is older than what is supported.
 * Looks when the server is there; locks whose Redis is away are made all the same. Returns what gives the wait for that up.
 */
export function lookAtServer(client: RedisClient, logger: Logger): () => void {
  // Nobody would hear of it, and whoever comes next with a logger is to.
  if (logger === noopLogger) return () => {};
  const look = (): void => {
    checkServer(client, { logger, keysMustStay: 'lock' }).catch(() => {});
  };
  if (client.status === 'ready') look();
  else client.once('ready', look);
  return () => client.off('ready', look);
}
