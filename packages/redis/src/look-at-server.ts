import { type Logger, noopLogger } from '@xc/core';
import { checkServer } from './check-server.ts';
import type { RedisClient } from './client.ts';

/**
 * Has `checkServer` look as soon as the server is there, for whoever keeps something in Redis that must stay: it warns once for each
 * client where the server may evict the keys of `keysMustStay`, or is older than what is supported. Never waits, and never throws:
 * what is made while its Redis is away is made all the same. Looks at nothing for the logger that says nothing, as the next one with
 * the same client may say something.
 *
 * @returns what gives up the wait for the server; no listener is left then.
 */
export function lookAtServer(client: RedisClient, logger: Logger, keysMustStay: string): () => void {
  if (logger === noopLogger) return () => {};
  const look = (): void => {
    checkServer(client, { logger, keysMustStay }).catch(() => {});
  };
  if (client.status === 'ready') look();
  else client.once('ready', look);
  return () => client.off('ready', look);
}
