import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listener } from '../../test/redis/listener.ts';
import { killListeners, listenersOf } from '../../test/redis/listeners-of.ts';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';
import { tracking } from './tracking.ts';

const clients: Record<string, RedisClient> = {};
beforeAll(() => {
  clients['ioredis 6'] = new Redis(inject('redis'), { connectionName: randomUUID() });
  clients['ioredis 5'] = new Redis5(inject('redis'), { connectionName: randomUUID() }) as unknown as Redis;
});
afterAll(() => {
  for (const client of Object.values(clients)) client.disconnect();
});

const set = { entry: entryOf(1), stamp: 1n, maxBytes: 1_000 };

describe.for(['ioredis 6', 'ioredis 5'])('%s', (release) => {
  const client = (): Redis => clients[release] as Redis;

  test('hears of writes, removals and expiry by anybody', async () => {
    const space = openSpace(client());
    await using node = listener(tracking(client()), space.name, space.root);
    await node.up();
    expect(node.gaps).toEqual(['start']);
    await space.set([{ key: '/written', ...set }], call);
    await node.heard('a write', ({ kind, keys }) => kind === 'changed' && keys.includes('/written'));
    node.forget();
    await client().del(`${space.root}{k:/written}:v`);
    await node.heard('a removal by hand', ({ kind, keys }) => kind === 'changed' && keys.includes('/written'));
    node.forget();
    await space.set([{ key: '/short', ...set, entry: entryOf(1, { ttlMs: 30 }) }], call);
    // Once for the write, once for the end of it.
    const told = () => node.messages.filter(({ kind, keys }) => kind === 'changed' && keys.includes('/short'));
    // A server full of keys may come by one of them late by itself; who asks for it makes it go.
    await eventually('expiry', async () => {
      await client().exists(`${space.root}{k:/short}:v`);
      return told().length === 2;
    });
    expect(node.gaps).toEqual([]);
  });

  test('hears of groups, and of loads and records that end', async () => {
    const space = openSpace(client());
    await using node = listener(tracking(client()), space.name, space.root);
    await node.up();
    await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above: 0n }, call);
    await node.heard('groups', ({ kind }) => kind === 'unknown');
    await space.read([{ key: '/k', fence: 'miss', lease: { owner: 'me', ms: 1_000 } }], call);
    node.forget();
    await space.release('/k', 'me', call);
    await node.heard('the end of a lease', ({ kind, keys }) => kind === 'wake' && keys.includes('/k'));
    const once = { key: 'ns/o', owner: 'me', leaseMs: 1_000, ttlMs: 1_000, onCrash: 'rerun' } as const;
    await space.onceBegin(once, call);
    node.forget();
    await space.onceFinish({ ...once, value: 1 }, call);
    await node.heard('the end of a record', ({ kind, keys }) => kind === 'wake' && keys.includes('ns/o'));
  });

  test('hears nothing of other caches', async () => {
    const [space, other] = [openSpace(client()), openSpace(client())];
    await using node = listener(tracking(client()), space.name, space.root);
    await node.up();
    await other.set([{ key: '/k', ...set }], call);
    await space.set([{ key: '/mine', ...set }], call);
    await node.heard('its own', ({ keys }) => keys.includes('/mine'));
    expect(node.messages.flatMap(({ keys }) => keys).filter((key) => key !== '/mine')).toEqual([]);
  });

  test('listens again after its connection was killed, and says that something may be missing', async () => {
    const space = openSpace(client());
    await using node = listener(tracking(client(), { heartbeatMs: 200 }), space.name, space.root);
    await node.up();
    for (let round = 0; round < 3; round++) {
      node.forget();
      await killListeners(client());
      await eventually('it listens again', () => node.gaps.includes('reconnect') && node.states.at(-1) === true);
      expect(node.states).toEqual([false, true]);
      await space.set([{ key: '/k', ...set }], call);
      await node.heard('a write', ({ keys }) => keys.includes('/k'));
    }
  });

  test('leaves no connection behind', async () => {
    const own = client().duplicate({ connectionName: randomUUID() });
    const node = listener(tracking(own), randomUUID());
    await node.up();
    expect(await listenersOf(own)).toHaveLength(1);
    await node[Symbol.asyncDispose]();
    await eventually('its connection is gone', async () => (await listenersOf(own)).length === 0);
    own.disconnect();
  });
});

test('takes what was flushed for everything', async () => {
  // Its own database: others use the first one of this server.
  const client = new Redis(`${inject('redis')}/7`);
  await using node = listener(tracking(client), randomUUID());
  await node.up();
  await client.set('anything', 1);
  await client.flushdb();
  await eventually('it is told', () => node.gaps.includes('flushed'));
  client.disconnect();
});

test('says at its start that a user may not track keys', async () => {
  const admin = clients['ioredis 6'] as Redis;
  const name = randomUUID();
  await admin.acl('SETUSER', name, 'on', 'nopass', '~*', '&*', '+@all', '-client|tracking');
  const client = new Redis(inject('redis'), { username: name, password: 'any' });
  const node = listener(tracking(client), name);
  await eventually('it says so', () => node.refusals.length > 0);
  expect(node.refusals[0]).toMatchObject({ code: 'XC_CACHE_TRACKING_UNSUPPORTED', cause: expect.any(Error) });
  await node[Symbol.asyncDispose]();
  client.disconnect();
  await admin.acl('DELUSER', name);
});

test('refuses options that are none', () => {
  const client = clients['ioredis 6'] as Redis;
  expect(() => tracking(client, { heartbeatMs: 0 })).toThrow(RangeError);
  expect(() => tracking(client, { heartbeatMS: 1 } as never)).toThrow(/unknown option heartbeatMS: .*heartbeatMs/);
  expect(() => tracking('redis://secret' as never)).toThrow(/client must be a client of ioredis, got string/);
  expect(() => tracking(client, { subscriber: {} as never })).toThrow(/subscriber must be a client/);
});
