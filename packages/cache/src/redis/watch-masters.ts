import type { Clock } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import type { Redis } from 'ioredis';

/**
 * Calls back when a master may not be what it was: its connection was made anew, or another one has its place. It may have been
 * restarted, or be a replica that took over without the last writes.
 *
 * @returns ends the watch.
 */
export function watchMasters(client: RedisClient, everyMs: number, clock: Clock, changed: () => void): () => void {
  const watched = new Set<Redis>();
  // The first time is no change.
  const met = new WeakSet<Redis>();
  const listeners = new Map<Redis, () => void>();
  let places = '';

  const watch = (node: Redis): void => {
    watched.add(node);
    if (node.status === 'ready') met.add(node);
    const ready = (): void => {
      if (met.has(node)) changed();
      met.add(node);
    };
    allowOne(node, 1);
    node.on('ready', ready);
    listeners.set(node, ready);
  };
  const unwatch = (node: Redis): void => {
    watched.delete(node);
    const ready = listeners.get(node);
    if (ready !== undefined) {
      node.off('ready', ready);
      allowOne(node, -1);
    }
    listeners.delete(node);
  };
  const look = (): void => {
    const masters = mastersOf(client);
    for (const node of watched) if (!masters.includes(node)) unwatch(node);
    for (const node of masters) if (!watched.has(node)) watch(node);
    const now = masters.map(placeOf).sort().join(' ');
    if (now === places || now === '') return;
    if (places !== '') changed();
    places = now;
  };

  look();
  const timer = clock.every(everyMs, look);
  return () => {
    timer.cancel();
    for (const node of [...watched]) unwatch(node);
  };
}

/** Many caches may share a client: our listeners are no sign of a leak of the caller's. */
function allowOne(node: Redis, more: 1 | -1): void {
  const most = node.getMaxListeners();
  // None at all is no limit.
  if (most > 0) node.setMaxListeners(most + more);
}

function mastersOf(client: RedisClient): readonly Redis[] {
  return client.isCluster ? (client as Extract<RedisClient, { nodes: unknown }>).nodes('master') : [client as Redis];
}

function placeOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
