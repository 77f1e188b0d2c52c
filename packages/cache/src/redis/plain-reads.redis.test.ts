import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';
import type { TierSpace } from '../tier/tier.ts';
import type { TierEntry } from '../tier/tier-entry.ts';
import type { TierFound } from '../tier/tier-read.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const maxBytes = 1_000_000;

function set(space: TierSpace, key: string, value: unknown, more: Partial<TierEntry> = {}) {
  return space.set([{ key, entry: entryOf(value, more), stamp: 7n, maxBytes }], call);
}

async function read(space: TierSpace, key: string, fence: 'none' | 'miss' | 'always' = 'none'): Promise<TierFound> {
  return (await space.read([{ key, fence }], call)).found[0] as TierFound;
}

async function ttlLeft(space: TierSpace, key: string, fence: 'none' | 'always'): Promise<number> {
  const found = await read(space, key, fence);
  return found.state === 'hit' ? found.entry.ttlLeftMs : Number.NaN;
}

/** So many finds in a row that the next one is likely. */
async function lucky(space: TierSpace): Promise<void> {
  await set(space, '/there', 1);
  for (let times = 0; times < 20; times++) await read(space, '/there', 'miss');
}

test('say as much of how long something is fresh as the server does, moved and cut lives too', async () => {
  const space = openSpace(client);
  await set(space, '/k', 1, { ttlMs: 5_000, graceMs: 1_000 });
  const agree = async (): Promise<void> => {
    const exactly = await ttlLeft(space, '/k', 'always');
    const plainly = await ttlLeft(space, '/k', 'none');
    expect(plainly).toBeLessThanOrEqual(exactly);
    expect(plainly).toBeGreaterThan(exactly - 200);
  };
  await agree();
  await space.touch({ key: '/k', ttlMs: 60_000 }, call);
  await agree();
  await space.drop([{ key: '/k', soft: true }], call);
  await agree();
  expect(await ttlLeft(space, '/k', 'none')).toBeLessThanOrEqual(0);
});

test('end what has a grace when its time is over, not with its grace', async () => {
  const space = openSpace(client);
  await set(space, '/k', 1, { ttlMs: 80, graceMs: 60_000 });
  expect(await ttlLeft(space, '/k', 'none')).toBeGreaterThan(0);
  await sleep(100);
  expect(await ttlLeft(space, '/k', 'none')).toBeLessThanOrEqual(0);
});

test('leave a fence all the same where what was likely to be there is not', async () => {
  const space = openSpace(client);
  await lucky(space);
  const found = await read(space, '/cold', 'miss');
  expect(found).toMatchObject({ state: 'miss', fence: expect.any(String) });
  const fence = (found as { fence: string }).fence;
  const [filled] = await space.fill([{ key: '/cold', entry: entryOf('v'), fence, stamp: 5n, maxBytes }], call);
  expect(filled).toMatchObject({ state: 'stored' });
});

test('leave fences to those of many that are not there or not fresh', async () => {
  const space = openSpace(client);
  await lucky(space);
  await set(space, '/stale', 1, { ttlMs: 1, graceMs: 60_000 });
  await sleep(10);
  const keys = ['/there', '/stale', '/cold', '/there'];
  const { found } = await space.read(
    keys.map((key) => ({ key, fence: 'miss' as const })),
    call,
  );
  expect(found.map((one) => [one.state, 'fence' in one])).toEqual([
    ['hit', false],
    ['hit', true],
    ['miss', true],
    ['hit', false],
  ]);
});

test('find more keys than one command takes, each in its place', async () => {
  const space = openSpace(client);
  const keys = Array.from({ length: 150 }, (_, index) => `/k${index}`);
  const odd = keys.filter((_, index) => index % 2 === 1);
  await space.set(
    odd.map((key) => ({ key, entry: entryOf(key), stamp: 7n, maxBytes })),
    call,
  );
  const { found } = await space.read(
    keys.map((key) => ({ key, fence: 'none' as const })),
    call,
  );
  expect(found.map((one) => (one.state === 'hit' ? one.entry.value : undefined))).toEqual(
    keys.map((key, index) => (index % 2 === 1 ? key : undefined)),
  );
});

test('take what is none of ours for damaged, alone and among others', async () => {
  const space = openSpace(client);
  await set(space, '/good', 1);
  await client.lpush(`xc:c:${space.name}:{k:/list}:v`, 'x');
  await client.set(`xc:c:${space.name}:{k:/text}:v`, 'garbage');
  expect(await read(space, '/list')).toMatchObject({ state: 'miss', corrupt: true });
  expect(await read(space, '/text')).toMatchObject({ state: 'miss', corrupt: true });
  const { found } = await space.read(
    ['/list', '/text', '/good'].map((key) => ({ key, fence: 'none' as const })),
    call,
  );
  expect(found.map(({ state }) => state)).toEqual(['miss', 'miss', 'hit']);
});

test('tell the latest version of groups beside the values, and begin groups that were lost anew', async () => {
  const space = openSpace(client);
  await set(space, '/k', 1);
  const raised = await space.raise({ ids: ['tx'], lengths: [3], maxLive: 10, above: 0n }, call);
  const reads = [{ key: '/k', fence: 'none' as const }];
  const { groups } = await space.read(reads, { ...call, latest: true });
  expect(groups).toEqual({ latest: raised.latest, floor: raised.floor, lengths: [3] });
  await client.del(`xc:c:${space.name}:{g}`);
  const anew = (await space.read(reads, { ...call, latest: true })).groups;
  expect(anew?.floor).toBeGreaterThan(raised.latest);
  expect(anew?.latest).toBe(anew?.floor);
});

test('are left to scripts where Redis does not allow them', async () => {
  const user = `xc${Math.random().toString(36).slice(2)}`;
  await client.acl('SETUSER', user, 'on', '>secret', '~*', '&*', '+@all', '-mget');
  const narrow = new Redis({ port: client.options.port as number, username: user, password: 'secret' });
  const space = openSpace(narrow);
  const keys = ['/a', '/b'];
  for (const key of keys) await set(space, key, key);
  const reads = keys.map((key) => ({ key, fence: 'none' as const }));
  for (let times = 0; times < 2; times++) {
    const { found } = await space.read(reads, call);
    expect(found.map((one) => (one.state === 'hit' ? one.entry.value : one.state))).toEqual(keys);
  }
  narrow.disconnect();
  await client.acl('DELUSER', user);
});
