import type { Bus, Subscription } from '@xc/core';
import { type RedisClient, redisBus } from '@xc/redis';

/**
 * Tells of releases by pub/sub. The connection that it needs is opened for the first who waits, stays for the next ones, and
 * is closed when the last `createLocks` on the store has left, or with the client.
 */
export class ReleaseNews {
  readonly #client: RedisClient;
  #bus: Bus | undefined;
  #attached = 0;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  watch(channel: string, wake: () => void): Promise<Subscription> {
    this.#bus ??= this.#open();
    // The key prefix of the client is part of the keys that the scripts build the channel from.
    const name = (this.#client.options.keyPrefix ?? '') + channel;
    return this.#bus.subscribe(name, { message: wake, gap: wake });
  }

  attach(): () => Promise<void> {
    this.#attached += 1;
    let isHere = true;
    return async () => {
      if (!isHere) return;
      isHere = false;
      this.#attached -= 1;
      if (this.#attached === 0) await this.#close();
    };
  }

  #open(): Bus {
    this.#client.once('end', this.#close);
    // A connection that falls silent costs those who wait a poll: no need to ask it often for a sign of life.
    return redisBus(this.#client, { pingMs: 60_000 });
  }

  readonly #close = async (): Promise<void> => {
    const bus = this.#bus;
    this.#bus = undefined;
    this.#client.off('end', this.#close);
    await bus?.[Symbol.asyncDispose]();
  };
}
