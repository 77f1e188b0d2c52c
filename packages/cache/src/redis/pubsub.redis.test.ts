import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listener } from '../../test/redis/listener.ts';
import { killListeners, listenersOf } from '../../test/redis/listeners-of.ts';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';
import type { CoherenceMessage } from '../coherence/coherence-message.ts';
import { pubsub } from './pubsub.ts';

const clients: Record<string, RedisClient> = {};
beforeAll(() => {
  clients['ioredis 6'] = new Redis(inject('redis'), { connectionName: randomUUID() });
  clients['ioredis 5'] = new Redis5(inject('redis'), { connectionName: randomUUID() }) as unknown as Redis;
});
afterAll(() => {
  for (const client of Object.values(clients)) client.disconnect();
});

const dropOf = (key: string): Omit<CoherenceMessage, 'version'> => ({
  kind: 'drop',
  keys: [key],
  groups: [],
  lengths: [],
});

describe.for(['ioredis 6', 'ioredis 5'])('%s', (release) => {
  const client = (): Redis => clients[release] as Redis;

  test('publishes inside the script of each write, with the version that the write got', async () => {
    const space = openSpace(client());
    await using a = listener(pubsub(client()), space.name, space.root);
    await using b = listener(pubsub(client()), space.name, space.root);
    await Promise.all([a.up(), b.up()]);
    const announcement = (message: Omit<CoherenceMessage, 'version'>) => a.link.announce?.(message) ?? expect.fail();

    const [dropped] = await space.drop([{ key: '/k', soft: false, announcement: announcement(dropOf('/k')) }], call);
    const heard = await b.heard('a drop', ({ kind }) => kind === 'drop');
    expect(heard).toEqual({ ...dropOf('/k'), version: (dropped as { version: bigint }).version });

    const changed = { ...dropOf('/k'), kind: 'changed' } as const;
    const set = { key: '/k', entry: entryOf(1), stamp: 1n, maxBytes: 100, announcement: announcement(changed) };
    const [written] = await space.set([set], call);
    expect((await b.heard('a set', ({ kind }) => kind === 'changed')).version).toBe(
      (written as { version: bigint }).version,
    );

    const raise = { kind: 'raise', keys: [], groups: ['ta'], lengths: [3] } as const;
    const options = { ids: ['ta'], lengths: [3], maxLive: 10, above: 0n, announcement: announcement(raise) };
    const { latest } = await space.raise(options, call);
    expect(await b.heard('a raise', ({ kind }) => kind === 'raise')).toEqual({ ...raise, version: latest });

    b.forget();
    await space.touch({ key: '/k', ttlMs: 5_000, announcement: announcement(changed) }, call);
    await b.heard('a touch', ({ kind }) => kind === 'changed');
    expect(a.messages).toEqual([]);
    expect(b.gaps).toEqual([]);
  });

  test('publishes by itself where there is no tier to do it', async () => {
    const name = randomUUID();
    await using a = listener(pubsub(client()), name);
    await using b = listener(pubsub(client()), name);
    await Promise.all([a.up(), b.up()]);
    await a.link.publish({ ...dropOf('/k'), version: 0n });
    expect(await b.heard('a drop', ({ kind }) => kind === 'drop')).toEqual({ ...dropOf('/k'), version: 0n });
  });

  test('keeps caches of other names, prefixes and databases apart', async () => {
    const space = openSpace(client());
    const elsewhere = client().duplicate({ db: 3 });
    await using a = listener(pubsub(client()), space.name, space.root);
    const others = [
      listener(pubsub(client()), randomUUID()),
      listener(pubsub(client()), space.name, `other:${space.name}:`),
      listener(pubsub(elsewhere), space.name, space.root),
    ];
    await using b = listener(pubsub(client()), space.name, space.root);
    await Promise.all([a, b, ...others].map((node) => node.up()));
    await a.link.publish({ ...dropOf('/k'), version: 1n });
    await b.heard('a drop', ({ kind }) => kind === 'drop');
    expect(others.flatMap(({ messages }) => messages)).toEqual([]);
    for (const other of others) await other[Symbol.asyncDispose]();
    elsewhere.disconnect();
  });

  test('says that something may be missing when its connection was killed', async () => {
    const name = randomUUID();
    await using a = listener(pubsub(client(), { heartbeatMs: 200 }), name);
    await using b = listener(pubsub(client(), { heartbeatMs: 200 }), name);
    await Promise.all([a.up(), b.up()]);
    b.forget();
    await killListeners(client());
    await a.link.publish({ ...dropOf('/lost'), version: 1n });
    await eventually('it says so', () => b.gaps.includes('reconnect'));
    await a.link.publish({ ...dropOf('/later'), version: 1n });
    await b.heard('what comes later', ({ keys }) => keys.includes('/later'));
  });

  test('says that something may be missing when the connection of the client was made anew', async () => {
    const own = client().duplicate({ connectionName: randomUUID() });
    await own.ping();
    await using node = listener(pubsub(own, { heartbeatMs: 200 }), randomUUID());
    await node.up();
    node.forget();
    const [id] = /^id=(\d+)/.exec(String(await own.client('INFO')))?.slice(1) ?? [];
    await client().client('KILL', 'ID', id as string);
    await eventually('it says so', () => node.gaps.includes('failover'));
    own.disconnect();
  });

  test('listens on one connection, and leaves none behind', async () => {
    const own = client().duplicate({ connectionName: randomUUID() });
    const node = listener(pubsub(own), randomUUID());
    await node.up();
    expect(await listenersOf(own)).toHaveLength(1);
    await node[Symbol.asyncDispose]();
    await eventually('its connection is gone', async () => (await listenersOf(own)).length === 0);
    expect(own.status).toBe('ready');
    own.disconnect();
  });

  test('many of one client are no sign of a leak', async () => {
    const own = client().duplicate({ connectionName: randomUUID() });
    await own.ping();
    const allowed = own.getMaxListeners();
    const leaks: Error[] = [];
    const warned = (warning: Error) => {
      if (warning.name === 'MaxListenersExceededWarning') leaks.push(warning);
    };
    process.on('warning', warned);
    const nodes = Array.from({ length: 12 }, () => listener(pubsub(own, { heartbeatMs: 1_000 }), randomUUID()));
    await Promise.all(nodes.map((node) => node.up()));
    expect(own.listenerCount('ready')).toBeGreaterThanOrEqual(12);
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    process.off('warning', warned);
    expect([own.getMaxListeners(), leaks]).toEqual([allowed, []]);
    own.disconnect();
  });
});

test('works at once where no server is, says that nothing can be handed over, and ends at once', async () => {
  const client = new Redis({ port: 1, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => {});
  const node = listener(pubsub(client, { heartbeatMs: 100 }), randomUUID());
  expect(node.states).toEqual([]);
  await expect(node.link.publish({ ...dropOf('/k'), version: 1n })).rejects.toMatchObject({
    code: expect.stringMatching(/^XC_REDIS_/),
  });
  const began = performance.now();
  await node[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(1_000);
  client.disconnect();
});
