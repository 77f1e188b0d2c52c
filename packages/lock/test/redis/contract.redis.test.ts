import { randomUUID } from 'node:crypto';
import { systemClock } from '@xc/core';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisLockStore } from '../../src/redis/index.ts';
import type { LockStore } from '../../src/store.ts';
import { lockStoreContract } from '../../src/testing/index.ts';

const options = { prefix: randomUUID(), deadlineMs: 20_000 };
const clients: { disconnect(): void }[] = [];
const stores = new Map<string, LockStore>();
beforeAll(() => {
  const plain = new Redis(inject('redis'));
  const prefixed = new Redis(inject('redis'), { keyPrefix: 'app:' });
  const older = new Redis5(inject('redis'));
  clients.push(plain, prefixed, older);
  stores.set('ioredis 6', redisLockStore(plain, options));
  stores.set('a client with a key prefix', redisLockStore(prefixed, options));
  stores.set('ioredis 5', redisLockStore(older as unknown as Redis, options));
});
afterAll(() => {
  for (const client of clients) client.disconnect();
});

for (const who of ['ioredis 6', 'a client with a key prefix', 'ioredis 5']) {
  test.concurrent.for(lockStoreContract)(`one server, ${who}: $name`, ({ run }) =>
    run({ store: stores.get(who) as LockStore, pass: (ms) => systemClock.sleep(ms + 1) }),
  );
}
