import { defineScript, type RedisClient, runScript } from '@xc/redis';
import type { ShardStore } from '../store.ts';
import incrementLua from './increment.lua';

/** Options of {@link redisShardStore}. */
export interface RedisShardStoreOptions {
  /**
   * Before every key.
   * @defaultValue 'xc:shard:'
   */
  readonly prefix?: string;
  /**
   * Milliseconds after which a touch is given up, whatever the client does.
   * @defaultValue 250
   */
  readonly deadlineMs?: number;
}

const incrementScript = defineScript<[], number>({
  name: 'shard-increment',
  lua: incrementLua,
  keys: 1,
  parse: Number,
});

/**
 * Keeps the counts in Redis, one round trip a touch. The client stays the caller's: nothing here closes it.
 * @throws XcError `XC_REDIS_TIMEOUT` or `XC_REDIS_UNAVAILABLE` from a touch that Redis did not answer in time.
 */
export function redisShardStore(client: RedisClient, options: RedisShardStoreOptions = {}): ShardStore {
  const { prefix = 'xc:shard:', deadlineMs = 250 } = options;
  return {
    increment: (key, signal) =>
      runScript(client, incrementScript, [prefix + key], [], {
        deadlineMs,
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}
