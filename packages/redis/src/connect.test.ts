import { Cluster, Redis } from 'ioredis';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import type { RedisClient } from './client.ts';
import { type ConnectRedisOptions, connectRedis } from './connect.ts';

// Nobody listens on port 1: these clients are looked at, not used.
function open(url: string, options?: ConnectRedisOptions): Redis;
function open(url: readonly string[], options?: ConnectRedisOptions): Cluster;
function open(url: string | readonly string[], options?: ConnectRedisOptions): RedisClient {
  const client = connectRedis(url, options);
  onTestFinished(() => client.disconnect());
  return client;
}

test('opens a client of one server with what its URL says', () => {
  const client = open('redis://ada:p%40ss@127.0.0.1:1/3?family=4', { name: 'orders' });
  expect(client).toBeInstanceOf(Redis);
  expect(client.options).toMatchObject({
    host: '127.0.0.1',
    port: 1,
    db: 3,
    username: 'ada',
    password: 'p@ss',
    family: 4,
    connectionName: 'orders',
  });
  expect(client.options.tls).toBeUndefined();
});

test('speaks TLS for rediss:// or when given its options', () => {
  expect(open('rediss://127.0.0.1:1').options.tls).toEqual({});
  expect(open('redis://127.0.0.1:1', { tls: { servername: 'cache' } }).options.tls).toEqual({ servername: 'cache' });
});

test('opens a cluster for a list of URLs', () => {
  const cluster = open(['redis://:pw@127.0.0.1:1', 'redis://127.0.0.1:2'], { name: 'orders' });
  expect(cluster).toBeInstanceOf(Cluster);
  expect(cluster.options.redisOptions).toMatchObject({
    password: 'pw',
    connectionName: 'orders',
    maxRetriesPerRequest: 1,
  });
});

test('opens the master behind Sentinel', () => {
  const client = open('redis://:data@mymaster/2', {
    sentinels: ['redis://:watch@127.0.0.1:1', { host: '127.0.0.1', port: 6379 }],
  });
  expect(client.options).toMatchObject({
    name: 'mymaster',
    db: 2,
    password: 'data',
    sentinelPassword: 'watch',
    sentinels: [
      { host: '127.0.0.1', port: 1 },
      { host: '127.0.0.1', port: 6379 },
    ],
  });
});

test('has limits an application can live with', () => {
  const { options } = open('redis://127.0.0.1:1');
  expect(options).toMatchObject({
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    socketTimeout: 10_000,
    keepAlive: 10_000,
  });
  expect(options.maxRetriesPerRequest).toBe(1);
  const delays = Array.from({ length: 50 }, (_, tries) => options.retryStrategy?.(tries + 1) as number);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(25);
  expect(Math.max(...delays)).toBeLessThanOrEqual(2_000);
});

test('lets a subscriber wait as long as it takes', () => {
  const { options } = open('redis://127.0.0.1:1', { role: 'subscriber' });
  expect(options).toMatchObject({ maxRetriesPerRequest: null, autoResubscribe: true, protocol: 2 });
  expect(options.commandTimeout).toBeUndefined();
});

test.each([
  ['http://ada:hunter2@host', 'url must begin with redis:// or rediss://, got http://***@host'],
  [['redis://host', 'ada:hunter2@host'], 'url must begin with redis:// or rediss://, got ***@host'],
  [[], 'url must name at least one node of the cluster, got none'],
  [['redis://host/1'], 'url of a cluster must not name a database but 0'],
  [undefined, 'url must be a redis:// or rediss:// URL, got undefined'],
])('refuses %j at once', (url, message) => {
  expect(() => connectRedis(url as string)).toThrow(new TypeError(message));
});

test.each([
  [{ role: 'reader' }, `role must be 'commands' or 'subscriber', got reader`],
  [{ sentinels: [] }, 'sentinels must name at least one sentinel, got none'],
  [{ sentinels: ['tcp://:hunter2@host'] }, 'url must begin with redis:// or rediss://, got tcp://***@host'],
])('refuses the options %j at once', (options, message) => {
  expect(() => connectRedis('redis://host', options as ConnectRedisOptions)).toThrow(new TypeError(message));
});

test('refuses sentinels for a cluster', () => {
  expect(() => connectRedis(['redis://host'], { sentinels: ['redis://host'] })).toThrow(TypeError);
});

test('is typed by what it opens', () => {
  () => {
    expectTypeOf(connectRedis('redis://host')).toEqualTypeOf<Redis>();
    expectTypeOf(connectRedis(['redis://host'])).toEqualTypeOf<Cluster>();
    expectTypeOf(connectRedis('redis://host' as string | string[])).toEqualTypeOf<RedisClient>();
  };
});
