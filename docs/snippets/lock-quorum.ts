import assert from 'node:assert/strict';
import { createLocks } from '@xc/lock';
import { quorumLockStore } from '@xc/lock/redis';
import { connectRedis, type RedisClient } from '@xc/redis';

export function locksOn(urls: readonly string[]) {
  const clients = urls.map((url) => connectRedis(url));
  return createLocks({ store: quorumLockStore(clients) });
}

// The same server twice would be two votes of one voter.
const clients: RedisClient[] = [];
assert.throws(() => quorumLockStore(clients), RangeError);
