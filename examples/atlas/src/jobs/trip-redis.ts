import type { QueueEngine } from '@xc/queue';
import { redisEngine } from '@xc/queue/redis';
import { connectRedis, scanKeys } from '@xc/redis';

/** A connection of the act's own, and the engine on it. */
export interface TripRedis extends AsyncDisposable {
  readonly engine: QueueEngine | undefined;
}

/** Connects to where the queue lives; what the queue leaves there goes with the connection. */
export function openTripRedis(url: string | undefined, queue: string): TripRedis {
  if (url === undefined) return { engine: undefined, [Symbol.asyncDispose]: async () => {} };
  const client = connectRedis(url);
  return {
    engine: redisEngine(client),
    async [Symbol.asyncDispose]() {
      for await (const keys of scanKeys(client, `{xc:q:${queue}}*`)) for (const key of keys) await client.unlink(key);
      client.disconnect();
    },
  };
}
