import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, type Server, startRedis } from '@xc/test-support';
import type { Cluster, Redis } from 'ioredis';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type ConnectRedisOptions, connectRedis } from './connect.ts';
import { runCommand } from './run-command.ts';

let server: Server;
beforeEach(async () => {
  server = await startRedis();
});
afterEach(() => server[Symbol.asyncDispose]());

function open(url: string, options?: ConnectRedisOptions): Redis;
function open(url: readonly string[], options?: ConnectRedisOptions): Cluster;
function open(url: string | readonly string[], options?: ConnectRedisOptions): Redis | Cluster {
  const client = connectRedis(url, options);
  onTestFinished(() => client.disconnect());
  return client;
}

async function took(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise.then(
    () => expect.unreachable('it succeeded'),
    () => {},
  );
  return performance.now() - start;
}

test('is usable at once and named on the server', async () => {
  const client = open(server.url, { name: 'orders' });
  await expect(client.set('greeting', 'hello')).resolves.toBe('OK');
  expect(await client.client('GETNAME')).toBe('orders');
});

test('refuses a command soon while the server is away, also in a cluster, and works again when it is back', async () => {
  const client = open(server.url);
  const cluster = open(['redis://127.0.0.1:1', 'redis://127.0.0.1:2']);
  await client.ping();
  await server.kill();
  await eventually('the client notices', () => client.status !== 'ready');
  expect(await took(client.ping())).toBeLessThan(3_000);
  expect(await took(cluster.get('key'))).toBeLessThan(3_000);
  await server.restart();
  await eventually('the server is reached', () => client.ping().catch(() => undefined));
});

test('knows of a failed connection also between two tries', async () => {
  const client = open('redis://127.0.0.1:1');
  await new Promise<void>((resolve) => client.once('reconnecting', () => resolve()));
  const asked = runCommand(client, () => client.ping(), { name: 'PING', deadlineMs: 1 });
  await expect(asked).rejects.toMatchObject({
    code: 'XC_REDIS_UNAVAILABLE',
    details: { command: 'PING', sent: false },
    retryable: true,
    cause: { code: 'ECONNREFUSED' },
  });
});

test('gives up on a server that accepts connections and never says a word', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const client = open(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  expect(await took(client.ping())).toBeLessThan(5_500);
});

test('holds 10,000 commands for a connection and refuses more at once, pipelines unharmed', async () => {
  const client = open(server.url);
  const waiting = Array.from({ length: 10_000 }, () => client.incr('count'));
  await expect(client.incr('count')).rejects.toThrow('10000 commands wait for the connection already');
  const pipeline = client.pipeline().incr('count').incr('count').exec();
  await Promise.all(waiting);
  await expect(pipeline).resolves.toEqual([
    [null, 10_001],
    [null, 10_002],
  ]);
  await expect(client.get('count')).resolves.toBe('10002');
});

test('tells of each outage once, and of its end', async () => {
  const logger = new MemoryLogger();
  const client = open(server.url, { logger });
  await client.ping();
  await server.kill();
  await eventually('several tries have failed', async () => {
    await client.ping().catch(() => {});
    return logger.lines.length > 0;
  });
  await client.ping().catch(() => {});
  await server.restart();
  await eventually('the server is reached', () => client.ping().catch(() => undefined));
  expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'Redis cannot be reached, trying again'],
    ['info', 'Redis is reached again'],
  ]);
});

test('shows no password when it is not accepted', async () => {
  const admin = open(server.url);
  await admin.config('SET', 'requirepass', 'right');
  const logger = new MemoryLogger();
  const client = open(server.url.replace('//', '//ada:hunter2@'), { logger });
  const [error] = await once(client, 'error');
  expect(String(error)).toContain('WRONGPASS');
  expect(inspect([error, logger.lines], { depth: 9, showHidden: true })).not.toContain('hunter2');
});

test('leaves a master that has become a replica', async () => {
  const client = open(server.url);
  await client.replicaof('127.0.0.1', '1');
  const reconnecting = once(client, 'reconnecting');
  await expect(client.set('key', 'value')).rejects.toThrow('READONLY');
  await reconnecting;
  await expect(client.ping()).resolves.toBe('PONG');
});

test('subscribes again after a subscriber has lost its connection', async () => {
  const client = open(server.url);
  const subscriber = open(server.url, { role: 'subscriber' });
  const heard: string[] = [];
  subscriber.on('message', (_, message) => heard.push(message));
  await subscriber.subscribe('news');
  await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await eventually('it hears again', async () => {
    await client.publish('news', 'again');
    return heard.length > 0;
  });
});
