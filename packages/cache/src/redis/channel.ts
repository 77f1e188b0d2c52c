import type { RedisClient } from '@xc/redis';
import type { CoherenceNode } from '../coherence/coherence.ts';

/** Where the nodes of a cache speak: below its keys, where it has some on this client. No command puts a key prefix before it. */
export function channelOf(client: RedisClient, node: CoherenceNode): string {
  return `${rootOf(client, node)}m${databaseOf(client)}`;
}

/** What the keys of the cache begin with, or would. */
export function rootOf(client: RedisClient, { root, cache }: CoherenceNode): string {
  return root ?? `${client.options.keyPrefix ?? ''}xc:c:${cache}:`;
}

// Channels know no databases: those of two databases would be one.
function databaseOf(client: RedisClient): string {
  const db = (client.options as { readonly db?: number }).db ?? 0;
  return client.isCluster || db === 0 ? '' : `@${db}`;
}
