import { MemoryLogger } from '@xc/core/testing';
import { type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { checkServer } from './check-server.ts';

let server: Server;
beforeAll(async () => {
  server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
});
afterAll(() => server[Symbol.asyncDispose]());

function connect(url = server.url): Redis {
  const client = new Redis(url);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

test('warns once for each client and owner of keys that the server may evict', async () => {
  const client = connect();
  const logger = new MemoryLogger();
  await Promise.all([
    checkServer(client, { logger, keysMustStay: 'queue' }),
    checkServer(client, { logger, keysMustStay: 'queue' }),
  ]);
  await checkServer(client, { logger, keysMustStay: 'lock' });
  expect(logger.lines.map(({ level, message, fields }) => ({ level, message, fields }))).toEqual([
    {
      level: 'warn',
      message: 'Redis may evict keys of queue that must stay: set maxmemory-policy to noeviction',
      fields: { policy: 'allkeys-lru', keysOf: 'queue' },
    },
    {
      level: 'warn',
      message: 'Redis may evict keys of lock that must stay: set maxmemory-policy to noeviction',
      fields: { policy: 'allkeys-lru', keysOf: 'lock' },
    },
  ]);
  await checkServer(connect(), { logger, keysMustStay: 'queue' });
  expect(logger.lines).toHaveLength(3);
});

test('is silent where no keys must stay, and where the server does not tell', async () => {
  const logger = new MemoryLogger();
  await expect(checkServer(connect(), { logger })).resolves.toMatchObject([
    { policy: 'allkeys-lru', evicts: true, isSupported: true },
  ]);
  await connect().call('ACL', 'SETUSER', 'app', 'on', '>pw', '+@all', '-info', '~*');
  const managed = connect(server.url.replace('//', '//app:pw@'));
  await expect(checkServer(managed, { logger, keysMustStay: 'queue' })).resolves.toEqual([]);
  expect(logger.lines).toEqual([]);
});

test('rejects when the server cannot be asked', async () => {
  const client = connect('redis://127.0.0.1:1');
  const asked = checkServer(client, { logger: new MemoryLogger(), deadlineMs: 100 });
  await expect(asked).rejects.toMatchObject({ code: 'XC_REDIS_UNAVAILABLE' });
});
