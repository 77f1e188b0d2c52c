import { noopLogger } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { lookAtServer } from './look-at-server.ts';

let server: Server;
beforeAll(async () => {
  server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
});
afterAll(() => server[Symbol.asyncDispose]());

function connect(): Redis {
  const client = new Redis(server.url, { lazyConnect: true });
  onTestFinished(() => client.disconnect());
  return client;
}

const evicting = [{ level: 'warn', message: expect.stringContaining('may evict keys of lock') }];

test('looks when the server is there, and at once where it is', async () => {
  for (const before of [false, true]) {
    const client = connect();
    const logger = new MemoryLogger();
    if (before) await client.connect();
    lookAtServer(client, logger, 'lock');
    if (!before) await client.connect();
    await eventually('it is said', () => logger.lines.length > 0);
    expect(logger.lines).toMatchObject(evicting);
  }
});

test('looks no more once that is given up, and leaves no listener', async () => {
  const client = connect();
  const listeners = client.listenerCount('ready');
  const logger = new MemoryLogger();
  const giveUp = lookAtServer(client, logger, 'lock');
  expect(client.listenerCount('ready')).toBe(listeners + 1);
  giveUp();
  expect(client.listenerCount('ready')).toBe(listeners);
});

test('leaves the warning to the first that says something', async () => {
  const client = connect();
  await client.connect();
  lookAtServer(client, noopLogger, 'lock');
  await client.ping();
  const logger = new MemoryLogger();
  lookAtServer(client, logger, 'lock');
  await eventually('it is said', () => logger.lines.length > 0);
  expect(logger.lines).toMatchObject(evicting);
});
