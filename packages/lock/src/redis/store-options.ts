import type { RedisClient } from '@xc/redis';
import { checkMs, checkOptions, kindOf } from '../option-checks.ts';

/** Options of {@link redisLockStore} and {@link quorumLockStore}. */
export interface RedisLockStoreOptions {
  /**
   * Before every key; no braces.
   * @defaultValue 'xc:lock'
   */
  readonly prefix?: string;
  /**
   * Milliseconds after which a server counts as away, whatever the client does.
   * @defaultValue 500 for one Redis; 100 for each server of a quorum
   */
  readonly deadlineMs?: number;
}

/** Options with their defaults, checked. */
export type SettledStoreOptions = Required<RedisLockStoreOptions>;

/** @throws TypeError or RangeError that names the option. */
export function settleStoreOptions(options: RedisLockStoreOptions, defaultDeadlineMs: number): SettledStoreOptions {
  checkOptions(options, { prefix: 'text', deadlineMs: 'any' });
  const { prefix = 'xc:lock', deadlineMs = defaultDeadlineMs } = options;
  // A tag of its own would tear the keys of a name apart, or put all names into one slot.
  if (/[{}]/.test(prefix)) throw new TypeError(`prefix must have no braces, got ${kindOf(prefix)}`);
  checkMs('deadlineMs', deadlineMs, 1);
  return { prefix, deadlineMs };
}

/** @throws TypeError for what is no client; never tells what it is. */
export function checkRedisClient(client: RedisClient): void {
  if (typeof client?.status === 'string' && typeof client.evalsha === 'function') return;
  // A URL has a password in it.
  throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
}
