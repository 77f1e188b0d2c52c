import { noopLogger } from '@xc/core';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { checkServer } from './check-server.ts';
import { connectRedis } from './connect.ts';
import { forEachMaster } from './for-each-master.ts';
import { redisBus } from './redis-bus.ts';
import { redisProbe } from './redis-probe.ts';
import { scanKeys } from './scan-keys.ts';

function idle(): Redis {
  const client = new Redis({ lazyConnect: true });
  onTestFinished(() => client.disconnect());
  return client;
}

test.each([
  [5, 'options must be an object, got 5'],
  [null, 'options must be an object, got null'],
  [{ shard: true }, 'unknown option shard'],
  [{ toString: 1 }, 'unknown option toString'],
  [{ sharded: 'x' }, 'sharded must be true or false, got text x'],
  [{ logger: 5 }, 'logger must be a logger (debug, info, warn, error), got 5'],
  [{ clock: {} }, 'clock must be a clock (now, monotonic, sleep, after, every), got object'],
  [{ pingMs: '5' }, 'pingMs must be a positive number, got text 5'],
])('a bus refuses the options %j', (options, message) => {
  expect(() => redisBus(idle(), options as never)).toThrow(message);
});

test.each([{}, 5, undefined, null, 'redis://:hunter2@host'])('%j is no client', async (client) => {
  const message = /^client must be a client of ioredis, got (?!.*hunter2)/;
  expect(() => redisBus(client as never)).toThrow(message);
  expect(() => redisProbe(client as never)).toThrow(message);
  expect(() => scanKeys(client as never, '*')).toThrow(message);
  await expect(checkServer(client as never, { logger: noopLogger })).rejects.toThrow(message);
  await expect(forEachMaster(client as never, async () => {})).rejects.toThrow(message);
});

test.each([
  [{ nam: 'x' }, 'unknown option nam'],
  [{ name: 5 }, 'name must be a text, got 5'],
  [{ tls: 5 }, 'tls must be an object, got 5'],
  [{ logger: 5 }, 'logger must be a logger (debug, info, warn, error), got 5'],
  [5, 'options must be an object, got 5'],
  [{ sentinels: 'redis://host' }, 'sentinels must be an array, got string'],
  [{ sentinels: [{ host: 'host' }] }, 'port of a sentinel must be a number, got undefined'],
  [{ sentinels: [{ host: 'host', port: '1' }] }, 'port of a sentinel must be a number, got string'],
  [{ sentinels: [{ host: 'host', port: 65_536 }] }, 'port of a sentinel must be from 1 to 65535, got 65536'],
  [{ sentinels: [{ port: 1 }] }, 'host of a sentinel must be a text, got undefined'],
  [{ sentinels: [null] }, 'host of a sentinel must be a text, got undefined'],
])('connectRedis refuses the options %j', (options, message) => {
  expect(() => connectRedis('redis://host', options as never)).toThrow(message);
});

test('a probe, a scan and a visit refuse what they do not know', async () => {
  const client = idle();
  expect(() => redisProbe(client, { foo: 1 } as never)).toThrow(new TypeError('unknown option foo'));
  expect(() => redisProbe(client, { name: 5 } as never)).toThrow(new TypeError('name must be a text, got 5'));
  expect(() => scanKeys(client, '*', { cont: 5 } as never)).toThrow(new TypeError('unknown option cont'));
  expect(() => scanKeys(client, '*', { signal: 5 } as never)).toThrow('signal must be an AbortSignal, got 5');
  expect(() => scanKeys(client, '*', { count: 0.5 })).toThrow(RangeError);
  expect(() => scanKeys(client, '*', 5 as never)).toThrow('options must be an object, got 5');
  await expect(checkServer(client, undefined as never)).rejects.toThrow('options must be an object, got undefined');
  await expect(checkServer(client, {} as never)).rejects.toThrow('logger must be given, got undefined');
  await expect(checkServer(client, { logger: 5 } as never)).rejects.toThrow(TypeError);
  await expect(forEachMaster(client, async () => {}, { foo: 1 } as never)).rejects.toThrow('unknown option foo');
  await expect(forEachMaster(client, 5 as never)).rejects.toThrow('fn must be a function, got number');
});
