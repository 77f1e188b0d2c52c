import type { Bus, BusHandlers } from '@xc/core';
import type { RedisClient } from '@xc/redis';

/** Listens on a connection that somebody else keeps. It resubscribes by itself; whoever listens is told of the gap. Never closes it. */
export function subscriberBus(subscriber: RedisClient): Bus {
  const channels = new Map<string, Set<BusHandlers>>();
  const message = (channel: Buffer, bytes: Buffer): void => {
    for (const handlers of channels.get(channel.toString()) ?? []) handlers.message(bytes);
  };
  let ready = subscriber.status === 'ready';
  const gap = (): void => {
    if (ready) for (const all of channels.values()) for (const handlers of all) handlers.gap();
    ready = true;
  };
  subscriber.on('messageBuffer', message);
  subscriber.on('ready', gap);
  return {
    publish: () => Promise.reject(new TypeError('a subscriber does not publish')),
    async subscribe(channel, handlers) {
      const all = channels.get(channel) ?? new Set();
      channels.set(channel, all.add(handlers));
      await subscriber.subscribe(channel);
      return {
        async close() {
          all.delete(handlers);
          if (all.size > 0 || channels.get(channel) !== all) return;
          channels.delete(channel);
          await subscriber.unsubscribe(channel).catch(() => {});
        },
      };
    },
    async [Symbol.asyncDispose]() {
      subscriber.off('messageBuffer', message);
      subscriber.off('ready', gap);
      channels.clear();
    },
  };
}
