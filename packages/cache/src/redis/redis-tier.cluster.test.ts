import { slotOf } from '@xc/redis';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';
import type { TierFound } from '../tier/tier-read.ts';

const clients: Record<string, Cluster> = {};
beforeAll(() => {
  clients['ioredis 6'] = new Cluster(inject('cluster'));
  clients['ioredis 5, pipelining by itself'] = new Cluster5(inject('cluster'), {
    enableAutoPipelining: true,
  }) as unknown as Cluster;
});
afterAll(() => {
  for (const client of Object.values(clients)) client.disconnect();
});

const maxBytes = 1_000;
const strange = [
  '{a}b',
  '}',
  '{}',
  'a{',
  '*',
  '[x]',
  'k\n',
  'e\u0301',
  '\u00e9',
  '__proto__',
  'constructor',
  'toString',
];

describe.for(['ioredis 6', 'ioredis 5, pipelining by itself'])('%s', (release) => {
  const client = (): Cluster => clients[release] as Cluster;

  test('reads, fills, sets and drops keys of any slots in one call', async () => {
    const space = openSpace(client());
    const keys = Array.from({ length: 60 }, (_, index) => `/key-${index}`);
    expect(new Set(keys.map((key) => slotOf(`x{k:${key}}`))).size).toBeGreaterThan(50);
    const { found } = await space.read(
      keys.map((key) => ({ key, fence: 'miss' as const })),
      call,
    );
    const filled = await space.fill(
      keys.map((key, index) => {
        const { fence } = found[index] as TierFound & { fence: string };
        return { key, entry: entryOf(index), fence, stamp: 1n, maxBytes };
      }),
      call,
    );
    expect(filled.every(({ state }) => state === 'stored')).toBe(true);
    const values = async (): Promise<unknown[]> => {
      const reads = keys.map((key) => ({ key, fence: 'none' as const }));
      const answers = (await space.read(reads, { ...call, latest: true })).found;
      return answers.flatMap((one) => (one.state === 'hit' ? [one.entry.value] : []));
    };
    expect(await values()).toEqual(keys.map((_, index) => index));
    const dropped = await space.drop(
      keys.slice(0, 20).map((key) => ({ key, soft: false })),
      call,
    );
    expect(dropped.every(({ state }) => state === 'dropped')).toBe(true);
    expect((await values()).length).toBe(40);
    await space.set(
      keys.slice(0, 10).map((key) => ({ key, entry: entryOf('set'), stamp: 'latest' as const, maxBytes })),
      call,
    );
    expect((await values()).length).toBe(50);
    expect(await space.purge({})).toBe(50);
    expect(await values()).toEqual([]);
  });

  test('keeps strange keys apart, each with its fence in the slot of its value', async () => {
    const space = openSpace(client());
    for (const key of strange) {
      const [found] = (await space.read([{ key: `/${key}`, fence: 'miss' }], call)).found;
      const { fence } = found as TierFound & { fence: string };
      const [filled] = await space.fill([{ key: `/${key}`, entry: entryOf(key), fence, stamp: 1n, maxBytes }], call);
      expect(filled?.state, key).toBe('stored');
    }
    for (const key of strange) {
      const [found] = (await space.read([{ key: `/${key}`, fence: 'none' }], call)).found;
      expect(found?.state === 'hit' && found.entry.value, key).toBe(key);
    }
    await space.drop([{ key: '/*', soft: false }], call);
    const { found } = await space.read(
      strange.map((key) => ({ key: `/${key}`, fence: 'none' as const })),
      call,
    );
    expect(found.filter(({ state }) => state === 'hit').length).toBe(strange.length - 1);
    expect(await space.purge({})).toBe(strange.length - 1);
  });

  test('keeps groups, leases and once-records', async () => {
    const space = openSpace(client());
    const { latest } = await space.raise({ ids: ['ta', 'tb'], lengths: [2], maxLive: 10, above: 0n }, call);
    expect(await space.groups(['ta', 'tc'], call)).toMatchObject({ latest, lengths: [2], versions: [latest, 0n] });
    const once = { key: '/o', owner: 'a', leaseMs: 5_000, ttlMs: 60_000, onCrash: 'rerun' } as const;
    expect(await space.onceBegin(once, call)).toMatchObject({ state: 'run', attempt: 1 });
    expect(await space.onceBegin({ ...once, owner: 'b' }, call)).toMatchObject({ state: 'busy' });
    expect(await space.onceFinish({ ...once, value: { a: 1 } }, call)).toBe(true);
    expect(await space.onceBegin({ ...once, owner: 'b' }, call)).toEqual({ state: 'done', value: { a: 1 } });
    await space.read([{ key: '/k', fence: 'miss', lease: { owner: 'a', ms: 5_000 } }], call);
    expect(await space.renew({ key: '/k', owner: 'a', leaseMs: 5_000 }, call)).toBe(true);
    await space.release('/k', 'a', call);
    const [free] = (await space.read([{ key: '/k', fence: 'miss', lease: { owner: 'b', ms: 5_000 } }], call)).found;
    expect(free).toHaveProperty('fence');
  });
});
