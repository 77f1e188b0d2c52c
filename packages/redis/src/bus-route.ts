import type { Random } from '@xc/core';
import type { Redis, RedisOptions } from 'ioredis';
import type { CallOptions } from './call.ts';
import type { RedisLike } from './client.ts';
import { type ClusterLike, isClusterLike, nodeKey, refreshClusterMap } from './cluster-map.ts';
import { slotOf } from './slot.ts';

/** Where a bus listens: which connection a channel belongs to, and how that is made. */
export interface BusRoute {
  /** The place that serves the channel; `undefined` while nobody is known to. */
  placeOf(channel: string): string | undefined;
  /** A new connection to that place, not yet connected; `undefined` while the client knows no way there. */
  open(place: string): Redis | undefined;
  /** Whether the client still counts the place among those it knows. */
  stands(place: string): boolean;
  /** Learns anew who serves what. */
  refresh(options: CallOptions): Promise<void>;
}

/** The way for the client: one connection to wherever messages can be heard, or one to each master that has channels. */
export function busRoute(client: RedisLike, sharded: boolean, random: Random): BusRoute {
  if (!isClusterLike(client)) return serverRoute(client as unknown as Redis);
  return sharded ? shardRoute(client) : anyNodeRoute(client, random);
}

function serverRoute(client: Redis): BusRoute {
  return {
    placeOf: () => 'server',
    open: () => listener(client),
    stands: () => true,
    refresh: async () => {},
  };
}

/** A cluster repeats plain messages to all of its nodes, so any of them will do: another one after each failure. */
function anyNodeRoute(cluster: ClusterLike, random: Random): BusRoute {
  let turn = Math.floor(random.next() * 1_000);
  let current: string | undefined;
  return {
    placeOf: () => 'cluster',
    open() {
      const nodes = cluster.nodes();
      turn += 1;
      const node = nodes[turn % nodes.length];
      current = node && nodeKey(node);
      return node && listener(node);
    },
    stands: () => current === undefined || cluster.status !== 'ready' || isKnown(cluster, current),
    refresh: (options) => refreshClusterMap(cluster, options),
  };
}

/** A sharded message stays with the node that serves the slot of its channel. */
function shardRoute(cluster: ClusterLike): BusRoute {
  return {
    placeOf: (channel) => cluster.slots[slotOf(channel)]?.[0],
    open(place) {
      const node = cluster.nodes().find((candidate) => nodeKey(candidate) === place);
      return node && listener(node);
    },
    stands: (place) => cluster.status !== 'ready' || isKnown(cluster, place),
    refresh: (options) => refreshClusterMap(cluster, options),
  };
}

// A node whose connection has ended leaves the pool of the client until somebody wants it, but not the map.
function isKnown(cluster: ClusterLike, place: string): boolean {
  if (cluster.nodes().some((node) => nodeKey(node) === place)) return true;
  return cluster.slots.some((nodes) => nodes?.includes(place));
}

/**
 * A connection that is used once: it never connects again by itself and never subscribes by itself, so that whoever uses
 * it knows when it was away. RESP2, where both releases of the library treat published messages alike.
 */
function listener(like: Redis): Redis {
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
    db: 0,
    readOnly: false,
    protocol: 2,
    replyMapping: 'legacy',
  };
  return like.duplicate(settings);
}
