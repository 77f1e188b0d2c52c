import { type Logger, noopLogger } from '@xc/core';
import { checkServer, type RedisClient } from '@xc/redis';

/**
 * Warns once for each client where its server may evict the state of a limit, which then begins anew, or is older than what is
 * supported. Looks when the server is there; a limiter whose Redis is away is made all the same. Returns what gives the wait for
 * that up.
 */
export function lookAtServer(client: RedisClient, logger: Logger): () => void {
  // Nobody would hear of it, and whoever comes next with a logger is to.
  if (logger === noopLogger) return () => {};
  const look = (): void => {
    checkServer(client, { logger, keysMustStay: 'ratelimit' }).catch(() => {});
  };
  if (client.status === 'ready') look();
  else client.once('ready', look);
  return () => client.off('ready', look);
}
