import { randomUUID } from 'node:crypto';
import { systemClock } from '@xc/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisLockStore } from '../../src/redis/index.ts';
import type { LockStore } from '../../src/store.ts';
import { lockStoreContract } from '../../src/testing/index.ts';

let client: Redis;
let store: LockStore;
beforeAll(() => {
  client = new Redis(inject('sentinel'));
  store = redisLockStore(client, { prefix: randomUUID(), deadlineMs: 20_000 });
});
afterAll(() => client.disconnect());

test.concurrent.for(lockStoreContract)('the master behind Sentinel: $name', ({ run }) =>
  run({ store, pass: (ms) => systemClock.sleep(ms + 1) }),
);
