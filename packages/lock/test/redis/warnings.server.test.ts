import { MemoryLogger } from '@xc/core/testing';
import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createLocks } from '../../src/index.ts';
import { quorumLockStore, redisLockStore } from '../../src/redis/index.ts';
import { chaosLockStore } from '../../src/testing/index.ts';

const WARNING = 'Redis may evict keys of lock that must stay: set maxmemory-policy to noeviction';

let evicting: Server;
let others: readonly Server[];
beforeAll(async () => {
  const evict = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
  [evicting, ...others] = await Promise.all([startRedis({ args: evict }), startRedis(), startRedis()]);
});
afterAll(async () => {
  for (const server of [evicting, ...others]) await server[Symbol.asyncDispose]();
});

function connect(url: string, options = {}): Redis {
  const client = new Redis(url, options);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

const messages = (logger: MemoryLogger) => logger.lines.map(({ level, message }) => `${level} ${message}`);

test('warns once of a server that may evict a lock', async () => {
  const client = connect(evicting.url);
  const logger = new MemoryLogger();
  const silent = createLocks({ store: redisLockStore(client) });
  await silent.acquire('silent');
  const all = [
    createLocks({ store: redisLockStore(client), logger }),
    createLocks({ store: redisLockStore(client), logger }),
  ];
  await eventually('it warns', () => logger.lines.length > 0);
  for (const locks of all) await (await locks.acquire('a')).release();
  expect(messages(logger)).toEqual([`warn ${WARNING}`]);
  for (const locks of [silent, ...all]) await locks[Symbol.asyncDispose]();
});

test('warns as soon as the server is there, and through a store around the store', async () => {
  const client = connect(evicting.url, { lazyConnect: true });
  const logger = new MemoryLogger();
  const store = chaosLockStore(redisLockStore(client), { random: { next: () => 0.5 } });
  await using _ = createLocks({ store, logger });
  expect(messages(logger)).toEqual([]);
  await client.connect();
  await eventually('it warns', () => logger.lines.length > 0);
  expect(messages(logger)).toEqual([`warn ${WARNING}`]);
});

test('warns of one such server of a quorum', async () => {
  const clients = [evicting, ...others].map(({ url }) => connect(url));
  const logger = new MemoryLogger();
  await using _ = createLocks({ store: quorumLockStore(clients), logger });
  await eventually('it warns', () => logger.lines.length > 0);
  expect(messages(logger)).toEqual([`warn ${WARNING}`]);
});

test('leaves nothing at a client that was never there', async () => {
  const client = connect(evicting.url, { lazyConnect: true });
  const before = client.listenerCount('ready');
  const locks = createLocks({ store: redisLockStore(client), logger: new MemoryLogger() });
  await locks[Symbol.asyncDispose]();
  expect(client.listenerCount('ready')).toBe(before);
});

test('is silent where nothing is evicted, and where its logger throws nothing fails', async () => {
  const logger = new MemoryLogger();
  await using quiet = createLocks({ store: redisLockStore(connect(others[0]?.url as string)), logger });
  await (await quiet.acquire('a')).release();
  const refuse = (): never => {
    throw new Error('logger');
  };
  const broken = {
    trace: refuse,
    debug: refuse,
    info: refuse,
    warn: refuse,
    error: refuse,
    fatal: refuse,
    child: refuse,
  };
  await using loud = createLocks({ store: redisLockStore(connect(evicting.url)), logger: broken });
  await (await loud.acquire('b')).release();
  expect(messages(logger)).toEqual([]);
});
