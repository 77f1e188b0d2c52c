import { randomUUID } from 'node:crypto';
import { systemClock } from '@xc/core';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisLockStore } from '../../src/redis/index.ts';
import type { LockStore } from '../../src/store.ts';
import { lockStoreContract } from '../../src/testing/index.ts';

const options = { prefix: randomUUID(), deadlineMs: 20_000 };
const clients: { disconnect(): void }[] = [];
const stores = new Map<string, LockStore>();
beforeAll(() => {
  const client = new Cluster(inject('cluster'));
  const older = new Cluster5(inject('cluster'), { enableAutoPipelining: true });
  clients.push(client, older);
  stores.set('ioredis 6', redisLockStore(client, options));
  stores.set('ioredis 5 that pipelines by itself', redisLockStore(older as unknown as Cluster, options));
});
afterAll(() => {
  for (const client of clients) client.disconnect();
});

for (const who of ['ioredis 6', 'ioredis 5 that pipelines by itself']) {
  test.concurrent.for(lockStoreContract)(`a cluster, ${who}: $name`, ({ run }) =>
    run({ store: stores.get(who) as LockStore, pass: (ms) => systemClock.sleep(ms + 1) }),
  );
}
