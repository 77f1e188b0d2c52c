import { type RedisClient, slotOf } from '@xc/redis';
import type { Redis, RedisOptions } from 'ioredis';

/**
 * Used once: it never connects again by itself and never subscribes by itself, so that whoever uses it knows when it was away.
 * RESP2, where both releases of the library hand on what is pushed.
 */
const settings: RedisOptions = {
  lazyConnect: true,
  retryStrategy: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: true,
  enableReadyCheck: true,
  enableAutoPipelining: false,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  socketTimeout: undefined,
  keyPrefix: '',
  readOnly: false,
  protocol: 2,
  replyMapping: 'legacy',
};

/** A server to listen to, by the name that the client knows it by. */
export interface Station {
  readonly place: string;
  /** A connection of our own, not yet made. */
  open(): Redis;
}

/** Every master that the client knows now: the one server, or those that hold slots of a cluster. */
export function stationsOf(client: RedisClient): readonly Station[] {
  if (!client.isCluster) return [{ place: 'server', open: () => (client as Redis).duplicate(settings) }];
  const cluster = client as Extract<RedisClient, { nodes: unknown }>;
  return cluster.nodes('master').map((node) => {
    const { host, port } = node.options;
    return { place: `${host}:${port}`, open: () => node.duplicate(settings) };
  });
}

/** The master that has a key; `undefined` while the client knows none. */
export function stationOf(client: RedisClient, key: string): Station | undefined {
  const stations = stationsOf(client);
  if (!client.isCluster) return stations[0];
  const { slots } = client as RedisClient & { readonly slots: readonly (readonly string[] | undefined)[] };
  const place = slots[slotOf(key)]?.[0];
  return stations.find((station) => station.place === place);
}
