import { defineScript, type RedisClient, runScript } from '@xc/redis';
import type { LockStore } from '../store.ts';
import incrementLua from './increment.lua';

/** Options of {@link redisLockStore}. */
export interface RedisLockStoreOptions {
  /**
   * Before every key.
   * @defaultValue 'xc:lock:'
   */
  readonly prefix?: string;
  /**
   * Milliseconds after which a touch is given up, whatever the client does.
   * @defaultValue 250
   */
  readonly deadlineMs?: number;
}

const incrementScript = defineScript<[], number>({
  name: 'lock-increment',
  lua: incrementLua,
  keys: 1,
  parse: Number,
});

/**
 * Keeps the counts in Redis, one round trip a touch. The client stays the caller's: nothing here closes it.
 * @throws XcError `XC_REDIS_TIMEOUT` or `XC_REDIS_UNAVAILABLE` from a touch that Redis did not answer in time.
 */
export function redisLockStore(client: RedisClient, options: RedisLockStoreOptions = {}): LockStore {
  const { prefix = 'xc:lock:', deadlineMs = 250 } = options;
  return {
    increment: (key, signal) =>
      runScript(client, incrementScript, [prefix + key], [], {
        deadlineMs,
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}
