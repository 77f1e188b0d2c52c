import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listener } from '../../test/redis/listener.ts';
import { killListeners, listenersOf } from '../../test/redis/listeners-of.ts';
import type { CoherenceMessage } from '../coherence/coherence-message.ts';
import { stream } from './stream.ts';

const clients: Record<string, RedisClient> = {};
beforeAll(() => {
  clients['ioredis 6'] = new Redis(inject('redis'), { connectionName: randomUUID() });
  clients['ioredis 5'] = new Redis5(inject('redis'), { connectionName: randomUUID() }) as unknown as Redis;
});
afterAll(() => {
  for (const client of Object.values(clients)) client.disconnect();
});

const dropOf = (key: string): CoherenceMessage => ({ kind: 'drop', keys: [key], groups: [], lengths: [], version: 9n });

describe.for(['ioredis 6', 'ioredis 5'])('%s', (release) => {
  const client = (): Redis => clients[release] as Redis;

  test('brings messages in order', async () => {
    const name = randomUUID();
    await using a = listener(stream(client()), name);
    await using b = listener(stream(client()), name);
    await Promise.all([a.up(), b.up()]);
    for (let index = 0; index < 100; index++) await a.link.publish(dropOf(`/${index}`));
    await b.heard('the last', ({ keys }) => keys.includes('/99'));
    expect(b.messages).toEqual(Array.from({ length: 100 }, (_, index) => dropOf(`/${index}`)));
    expect(a.messages).toEqual([]);
  });

  test('reads on where it stopped after its connection was killed, and misses nothing', async () => {
    const name = randomUUID();
    await using a = listener(stream(client(), { heartbeatMs: 300 }), name);
    await using b = listener(stream(client(), { heartbeatMs: 300 }), name);
    await Promise.all([a.up(), b.up()]);
    await a.link.publish(dropOf('/before'));
    await b.heard('what came before', ({ keys }) => keys.includes('/before'));
    b.forget();
    await killListeners(client());
    for (let index = 0; index < 50; index++) await a.link.publish(dropOf(`/${index}`));
    await b.heard('the last', ({ keys }) => keys.includes('/49'));
    expect(b.messages.length).toBe(50);
    expect(b.gaps.filter((cause) => cause !== 'sequence')).toEqual([]);
    expect(b.states.at(-1)).toBe(true);
  });

  test('says that something may be missing where the place it stopped at is gone', async () => {
    const name = randomUUID();
    await using a = listener(stream(client(), { heartbeatMs: 300 }), name);
    await using b = listener(stream(client(), { heartbeatMs: 300 }), name);
    await Promise.all([a.up(), b.up()]);
    await a.link.publish(dropOf('/before'));
    await b.heard('what came before', ({ keys }) => keys.includes('/before'));
    b.forget();
    await client().del(`xc:c:${name}:{s}`);
    await killListeners(client());
    await eventually('it says so', () => b.gaps.includes('reconnect'));
  });

  test('leaves no connection behind', async () => {
    const own = client().duplicate({ connectionName: randomUUID() });
    const node = listener(stream(own), randomUUID());
    await node.up();
    await eventually('it reads', async () => (await listenersOf(own)).length === 1);
    await node[Symbol.asyncDispose]();
    await eventually('its connection is gone', async () => (await listenersOf(own)).length === 0);
    own.disconnect();
  });
});

test('keeps no more messages than it may', async () => {
  const client = clients['ioredis 6'] as Redis;
  const name = randomUUID();
  await using node = listener(stream(client, { maxLen: 100 }), name);
  await node.up();
  for (let index = 0; index < 1_000; index++) await node.link.publish(dropOf('/k'));
  expect(await client.xlen(`xc:c:${name}:{s}`)).toBeLessThan(400);
});

test('refuses options that are none', () => {
  const client = clients['ioredis 6'] as Redis;
  expect(() => stream(client, { maxLen: 0 })).toThrow(RangeError);
  expect(() => stream(client, { maxLen: '9' as never })).toThrow(TypeError);
  expect(() => stream(client, { maxLenght: 9 } as never)).toThrow(/unknown option maxLenght/);
});
