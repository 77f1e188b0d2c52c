import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';
import type { TierSpace } from '../tier/tier.ts';
import type { StoredEntry } from '../tier/tier-entry.ts';
import type { TierFound } from '../tier/tier-read.ts';
import type { TierWritten } from '../tier/tier-write.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const maxBytes = 1_000_000;

async function readOne(space: TierSpace, key: string, fence: 'none' | 'miss' | 'always' = 'none'): Promise<TierFound> {
  return (await space.read([{ key, fence }], call)).found[0] as TierFound;
}

async function hit(space: TierSpace, key: string): Promise<StoredEntry> {
  const found = await readOne(space, key);
  if (found.state !== 'hit') throw new Error(`${key} is a ${found.state}`);
  return found.entry;
}

async function missed(space: TierSpace, key: string): Promise<string> {
  const found = await readOne(space, key, 'miss');
  if (found.state !== 'miss' || found.fence === undefined) throw new Error(`${key} is a ${found.state}`);
  return found.fence;
}

async function fill(
  space: TierSpace,
  key: string,
  value: unknown,
  fence: string,
  owner?: string,
): Promise<TierWritten> {
  const one = { key, entry: entryOf(value), fence, stamp: 5n, maxBytes, ...(owner && { owner }) };
  return (await space.fill([one], call))[0] as TierWritten;
}

async function set(
  space: TierSpace,
  key: string,
  value: unknown,
  more = {},
): Promise<TierWritten & { state: 'stored' }> {
  const [one] = await space.set([{ key, entry: entryOf(value, more), stamp: 7n, maxBytes }], call);
  if (one?.state !== 'stored') throw new Error(`${key} was ${one?.state}`);
  return one;
}

describe('keys', () => {
  test('lie where everybody expects them', async () => {
    const space = openSpace(client);
    await set(space, '/user:1', 1);
    await space.raise({ ids: ['tx'], lengths: [], maxLive: 10, above: 0n }, call);
    await space.onceBegin({ key: 'ns/o', owner: 'me', leaseMs: 1_000, ttlMs: 1_000, onCrash: 'rerun' }, call);
    const root = `xc:c:${space.name}:`;
    const names = (await client.keys(`${root}*`)).map((name) => name.slice(root.length)).sort();
    expect(names).toEqual(['{g}', '{k:/user:1}:f', '{k:/user:1}:v', '{o:ns/o}']);
    expect(await client.hget(`${root}{g}`, 'latest')).toMatch(/^\d{16}$/);
    expect(await client.pttl(`${root}{k:/user:1}:v`)).toBeGreaterThan(50_000);
    expect(await client.pttl(`${root}{k:/user:1}:f`)).toBeGreaterThan(50_000);
  });
});

describe('a fill', () => {
  test('is stored under the fence that the miss left', async () => {
    const space = openSpace(client);
    const written = await fill(space, '/k', 'v', await missed(space, '/k'));
    expect(written).toMatchObject({ state: 'stored', stamp: 5n, bytes: 3 });
    const entry = await hit(space, '/k');
    expect(entry).toMatchObject({ value: 'v', stamp: 5n, negative: false, tags: [], meta: {}, loadMs: 1 });
    expect(entry.version).toBe((written as { version: bigint }).version);
    expect(entry.ageMs).toBeGreaterThanOrEqual(0);
    expect(entry.ageMs).toBeLessThan(5_000);
    expect(entry.ageMs + entry.lifeLeftMs).toBe(60_000);
  });

  test('is refused once the fence is lost, evicted or expired', async () => {
    const space = openSpace(client);
    const fence = await missed(space, '/k');
    await client.del(`xc:c:${space.name}:{k:/k}:f`);
    expect(await fill(space, '/k', 'v', fence)).toEqual({ state: 'refused' });
    expect((await readOne(space, '/k')).state).toBe('miss');
  });

  test('is refused where the fence has been lost and left anew', async () => {
    const space = openSpace(client);
    const fence = await missed(space, '/k');
    await client.del(`xc:c:${space.name}:{k:/k}:f`);
    expect(await missed(space, '/k')).not.toBe(fence);
    expect(await fill(space, '/k', 'v', fence)).toEqual({ state: 'refused' });
  });

  test('leaves the fence for whoever loads at the same time', async () => {
    const space = openSpace(client);
    const [one, other] = [await missed(space, '/k'), await missed(space, '/k')];
    expect(await fill(space, '/k', 1, one)).toMatchObject({ state: 'stored' });
    expect(await fill(space, '/k', 2, other)).toMatchObject({ state: 'stored' });
    expect((await hit(space, '/k')).value).toBe(2);
  });

  test('gives each write a version of its own', async () => {
    const space = openSpace(client);
    const fence = await missed(space, '/k');
    const versions = new Set<bigint>();
    for (let round = 0; round < 20; round++) {
      const written = await fill(space, '/k', round, fence);
      versions.add((written as { version: bigint }).version);
      versions.add((await set(space, '/other', round)).version);
    }
    expect(versions.size).toBe(40);
  });
});

for (const [what, change] of [
  ['a drop', (space: TierSpace) => space.drop([{ key: '/k', soft: false }], call)],
  ['a soft drop', (space: TierSpace) => space.drop([{ key: '/k', soft: true }], call)],
  ['a set', (space: TierSpace) => set(space, '/k', 'NEW')],
] as const) {
  test(`${what} takes the fence of a load under way`, async () => {
    const space = openSpace(client);
    const fence = await missed(space, '/k');
    await change(space);
    expect(await fill(space, '/k', 'OLD', fence)).toEqual({ state: 'refused' });
    const found = await readOne(space, '/k');
    expect(found.state === 'hit' ? found.entry.value : undefined).toBe(what === 'a set' ? 'NEW' : undefined);
  });
}

describe('versions', () => {
  const versionOf = async (space: TierSpace): Promise<bigint> => {
    const [one] = await space.drop([{ key: '/k', soft: false }], call);
    return (one as { version: bigint }).version;
  };

  test('grow after a clock that was set back', async () => {
    const space = openSpace(client);
    const ahead = 8_000_000_000_000_000n;
    await client.set(`xc:c:${space.name}:{k:/k}:f`, `${ahead}`, 'PX', 60_000);
    expect(await versionOf(space)).toBe(ahead + 1n);
    expect(await versionOf(space)).toBe(ahead + 2n);
    await client.hset(`xc:c:${space.name}:{g}`, { latest: `${ahead}`, floor: '1' });
    expect((await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above: 0n }, call)).latest).toBe(ahead + 1n);
  });

  test('grow above what the caller has seen', async () => {
    const space = openSpace(client);
    const above = 8_000_000_000_000_000n;
    expect((await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above }, call)).latest).toBe(above + 1n);
  });

  test('grow after a lost key', async () => {
    const space = openSpace(client);
    const before = await versionOf(space);
    await client.del(`xc:c:${space.name}:{k:/k}:f`);
    expect(await versionOf(space)).toBeGreaterThan(before);
    const { latest } = await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above: 0n }, call);
    await client.del(`xc:c:${space.name}:{g}`);
    expect((await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above: 0n }, call)).latest).toBeGreaterThan(
      latest,
    );
  });
});

describe('whatever stands at the key of a value', () => {
  for (const [what, put] of [
    ['garbage', (key: string) => client.set(key, 'garbage', 'PX', 60_000)],
    ['a list', (key: string) => client.lpush(key, 'x')],
    ['nothing at all, without an end', (key: string) => client.set(key, '')],
    ['a value of before that never ends', (key: string) => client.persist(key)],
  ] as const) {
    test(`is a miss when it is ${what}, and is replaced`, async () => {
      const space = openSpace(client);
      await set(space, '/k', 'v');
      const key = `xc:c:${space.name}:{k:/k}:v`;
      if (!what.startsWith('a value')) await client.del(key);
      await put(key);
      const [found] = (await space.read([{ key: '/k', fence: 'always' }], call)).found;
      expect(found).toMatchObject({ state: 'miss', corrupt: true });
      expect(await fill(space, '/k', 'again', (found as { fence: string }).fence)).toMatchObject({ state: 'stored' });
      expect((await hit(space, '/k')).value).toBe('again');
    });
  }

  test('is a miss when it was copied from another key', async () => {
    const space = openSpace(client);
    await set(space, '/one', 1);
    await set(space, '/two', 2);
    const root = `xc:c:${space.name}:`;
    await client.copy(`${root}{k:/one}:v`, `${root}{k:/two}:v`, 'REPLACE');
    expect(await readOne(space, '/two')).toMatchObject({ state: 'miss', corrupt: true });
    expect((await hit(space, '/one')).value).toBe(1);
  });

  test('is a miss with each of its bytes flipped', async () => {
    const space = openSpace(client);
    await set(space, '/k', 'v', { tags: ['t'] });
    const key = `xc:c:${space.name}:{k:/k}:v`;
    const bytes = (await client.getBuffer(key)) as Buffer;
    for (let at = 0; at < bytes.length; at++) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] as number) ^ 0x20;
      await client.set(key, copy, 'PX', 60_000);
      expect(await readOne(space, '/k', 'miss'), `byte ${at}`).toMatchObject({ state: 'miss', corrupt: true });
    }
    await client.set(key, bytes, 'PX', 60_000);
    expect((await hit(space, '/k')).value).toBe('v');
  });

  test('takes a list at the key of a fence for no fence', async () => {
    const space = openSpace(client);
    await client.lpush(`xc:c:${space.name}:{k:/k}:f`, 'x');
    expect(await fill(space, '/k', 'v', await missed(space, '/k'))).toMatchObject({ state: 'stored' });
  });
});

test('answers that a version still stands without sending the value', async () => {
  const space = openSpace(client);
  const { version } = await set(space, '/k', 'x'.repeat(10_000), { graceMs: 1_000 });
  const [same, other] = (
    await space.read(
      [
        { key: '/k', known: version, fence: 'none' },
        { key: '/k', known: version + 1n, fence: 'none' },
      ],
      call,
    )
  ).found;
  expect(same).toMatchObject({ state: 'same' });
  const { ttlLeftMs, lifeLeftMs } = same as { ttlLeftMs: number; lifeLeftMs: number };
  expect(lifeLeftMs - ttlLeftMs).toBe(1_000);
  expect(lifeLeftMs).toBeGreaterThan(50_000);
  expect(other).toMatchObject({ state: 'hit' });
});

describe('a lease', () => {
  const ask = async (space: TierSpace, owner: string, ms = 60_000): Promise<TierFound> =>
    (await space.read([{ key: '/k', fence: 'miss', lease: { owner, ms } }], call)).found[0] as TierFound;

  test('is given to one, and tells the others for how long', async () => {
    const space = openSpace(client);
    expect(await ask(space, 'a')).toMatchObject({ state: 'miss', fence: expect.any(String) });
    const held = await ask(space, 'b');
    expect(held).toMatchObject({ state: 'miss', heldMs: expect.any(Number) });
    expect((held as { fence?: string }).fence).toBeUndefined();
    expect((held as { heldMs: number }).heldMs).toBeGreaterThan(50_000);
    expect(await ask(space, 'a')).toMatchObject({ fence: expect.any(String) });
  });

  test('ends with the fill of its owner', async () => {
    const space = openSpace(client);
    const mine = (await ask(space, 'a')) as { fence: string };
    await fill(space, '/k', 1, mine.fence, 'a');
    await client.del(`xc:c:${space.name}:{k:/k}:v`);
    expect(await ask(space, 'b')).toMatchObject({ fence: expect.any(String) });
  });

  test('is prolonged by its owner alone, and its fence is not', async () => {
    const space = openSpace(client);
    const { fence } = (await ask(space, 'a', 200)) as { fence: string };
    const key = `xc:c:${space.name}:{k:/k}:f`;
    await client.pexpire(key, 40_000);
    expect(await space.renew({ key: '/k', owner: 'b', leaseMs: 60_000 }, call)).toBe(false);
    expect(await space.renew({ key: '/k', owner: 'a', leaseMs: 60_000 }, call)).toBe(true);
    expect(((await ask(space, 'b')) as { heldMs: number }).heldMs).toBeGreaterThan(50_000);
    expect(await client.pttl(key)).toBeLessThanOrEqual(40_000);
    expect((await fill(space, '/k', 1, fence, 'a'))?.state).toBe('stored');
    expect(await space.renew({ key: '/k', owner: 'a', leaseMs: 60_000 }, call)).toBe(false);
    await client.del(key);
    expect(await space.renew({ key: '/k', owner: 'a', leaseMs: 60_000 }, call)).toBe(false);
    expect(await client.exists(key)).toBe(0);
  });

  test('ends when its owner gives it up, and with nobody else', async () => {
    const space = openSpace(client);
    await ask(space, 'a');
    await space.release('/k', 'b', call);
    expect((await ask(space, 'c')) as { heldMs?: number }).toHaveProperty('heldMs');
    await space.release('/k', 'a', call);
    expect(await ask(space, 'c')).toMatchObject({ fence: expect.any(String) });
  });

  test('ends with an invalidation: whoever comes next loads anew', async () => {
    const space = openSpace(client);
    await ask(space, 'a');
    await space.drop([{ key: '/k', soft: false }], call);
    expect(await ask(space, 'b')).toMatchObject({ fence: expect.any(String) });
  });

  test('once taken over, refuses the fill of the late owner', async () => {
    const space = openSpace(client);
    const late = (await ask(space, 'a', 20)) as { fence: string };
    await new Promise((resolve) => setTimeout(resolve, 30));
    const next = (await ask(space, 'b')) as { fence: string };
    expect(await fill(space, '/k', 'late', late.fence, 'a')).toEqual({ state: 'refused' });
    expect(await fill(space, '/k', 'next', next.fence, 'b')).toMatchObject({ state: 'stored' });
    expect((await hit(space, '/k')).value).toBe('next');
  });
});

describe('groups', () => {
  test('have one version that grows, and are read beside values', async () => {
    const space = openSpace(client);
    const first = await space.groups(['ta', 'tb'], call);
    expect(first.versions).toEqual([0n, 0n]);
    expect(first.latest).toBe(first.floor);
    const raised = await space.raise({ ids: ['ta', 'p3'], lengths: [3], maxLive: 10, above: 0n }, call);
    expect(raised.latest).toBeGreaterThan(first.latest);
    expect(raised).toMatchObject({ floor: first.floor, lengths: [3], versions: [raised.latest, raised.latest] });
    const again = await space.raise({ ids: ['p10'], lengths: [10, 3], maxLive: 10, above: 0n }, call);
    expect(again.lengths).toEqual([3, 10]);
    const known = await space.groups(['p3', 'latest', 'tb', 'p10'], call);
    expect(known.versions).toEqual([raised.latest, 0n, 0n, again.latest]);
    const reads = await space.read([{ key: '/k', fence: 'none' }], { ...call, latest: true });
    expect(reads.groups).toEqual({ latest: again.latest, floor: first.floor, lengths: [3, 10] });
  });

  test('that are too many collapse, the oldest first, and nothing is forgotten', async () => {
    const space = openSpace(client);
    const versions = new Map<string, bigint>();
    const { floor: before } = await space.groups([], call);
    for (let index = 0; index < 100; index++) {
      const { latest } = await space.raise({ ids: [`t${index}`], lengths: [], maxLive: 20, above: 0n }, call);
      versions.set(`t${index}`, latest);
    }
    const known = await space.groups([...versions.keys()], call);
    expect(known.floor).toBeGreaterThan(before);
    const kept = known.versions.filter((version) => version > 0n);
    expect(kept.length).toBeGreaterThanOrEqual(20);
    expect(kept.length).toBeLessThanOrEqual(22);
    [...versions.values()].forEach((version, index) => {
      const held = known.versions[index] as bigint;
      if (held === 0n) expect(version).toBeLessThanOrEqual(known.floor);
      else expect(held).toBe(version);
    });
  });

  test('once lost, make everything older a miss', async () => {
    const space = openSpace(client);
    const { latest } = await space.raise({ ids: ['ta'], lengths: [], maxLive: 10, above: 0n }, call);
    await client.del(`xc:c:${space.name}:{g}`);
    const known = await space.groups(['ta'], call);
    expect(known.floor).toBeGreaterThan(latest);
    expect(known.latest).toBe(known.floor);
  });

  test('stamp what is set with the latest version there is', async () => {
    const [one, other] = [openSpace(client), openSpace(client)];
    const write = async (space: TierSpace, key: string): Promise<bigint> => {
      const written = await space.set([{ key, entry: entryOf(1), stamp: 'latest', maxBytes }], call);
      const { version, stamp } = written[0] as { version: bigint; stamp: bigint };
      const entry = await hit(space, key);
      expect([entry.stamp, entry.version]).toEqual([stamp, version]);
      return stamp;
    };
    expect(await write(one, '/a')).toBe((await one.groups([], call)).latest);
    // Raised behind its back.
    await client.hset(`xc:c:${one.name}:{g}`, 'latest', '8000000000000000');
    expect(await write(one, '/a')).toBe(8_000_000_000_000_000n);
    await other.raise({ ids: ['tx'], lengths: [], maxLive: 10, above: 0n }, call);
    expect(await write(other, '/a')).toBe((await other.groups([], call)).latest);
  });
});

describe('a soft drop', () => {
  test('leaves what may stand in, and prolongs nothing', async () => {
    const space = openSpace(client);
    await set(space, '/k', 'v', { graceMs: 30_000 });
    await space.drop([{ key: '/k', soft: true }], call);
    const entry = await hit(space, '/k');
    expect(entry).toMatchObject({ value: 'v', graceMs: 30_000 });
    expect(entry.ttlLeftMs).toBeLessThanOrEqual(0);
    expect(entry.lifeLeftMs).toBeGreaterThan(20_000);
    expect(entry.ageMs).toBeLessThan(5_000);
    expect(entry.ageMs).toBeGreaterThanOrEqual(0);
    await space.drop([{ key: '/k', soft: true }], call);
    expect((await hit(space, '/k')).lifeLeftMs).toBeLessThanOrEqual(entry.lifeLeftMs);
  });

  test('removes what may not', async () => {
    const space = openSpace(client);
    await set(space, '/k', 'v');
    await space.drop([{ key: '/k', soft: true }], call);
    expect((await readOne(space, '/k')).state).toBe('miss');
  });
});

describe('a touch', () => {
  test('moves the end of what is fresh, as asked or as before', async () => {
    const space = openSpace(client);
    const { version } = await set(space, '/k', 'v', { graceMs: 1_000, tags: ['t'] });
    const touched = await space.touch({ key: '/k', ttlMs: 5_000 }, call);
    expect(touched).toMatchObject({ version, stamp: 7n, tags: ['t'], ttlLeftMs: 5_000, lifeLeftMs: 6_000 });
    const entry = await hit(space, '/k');
    expect(entry.ttlLeftMs).toBeLessThanOrEqual(5_000);
    expect(entry.ageMs).toBeGreaterThanOrEqual(0);
    expect(entry.ageMs).toBeLessThan(5_000);
    expect(entry.version).toBe(version);
    expect((await space.touch({ key: '/k' }, call))?.ttlLeftMs).toBe(60_000);
  });

  test('revives nothing', async () => {
    const space = openSpace(client);
    expect(await space.touch({ key: '/none', ttlMs: 5_000 }, call)).toBeUndefined();
    await set(space, '/k', 'v', { graceMs: 30_000 });
    await space.drop([{ key: '/k', soft: true }], call);
    expect(await space.touch({ key: '/k', ttlMs: 5_000 }, call)).toBeUndefined();
    expect((await hit(space, '/k')).ttlLeftMs).toBeLessThanOrEqual(0);
  });

  test('touches only the version that is meant', async () => {
    const space = openSpace(client);
    const { version } = await set(space, '/k', 'v');
    expect(await space.touch({ key: '/k', known: version - 1n }, call)).toBeUndefined();
    expect(await space.touch({ key: '/k', known: version }, call)).toBeDefined();
  });

  test('does not pass the greatest age', async () => {
    const space = openSpace(client);
    await set(space, '/k', 'v', { ttlMs: 10_000, maxAgeMs: 20_000 });
    const touched = await space.touch({ key: '/k', ttlMs: 60_000 }, call);
    expect(touched?.ttlLeftMs).toBeLessThanOrEqual(20_000);
    expect(touched?.ttlLeftMs).toBeGreaterThan(15_000);
  });
});

test('purges values and nothing else, and tells how many', async () => {
  const [space, other] = [openSpace(client), openSpace(client)];
  for (const key of ['/a', '/b*', '/{}', '/}']) await set(space, key, 1);
  await set(other, '/a', 1);
  await space.raise({ ids: ['tx'], lengths: [], maxLive: 10, above: 0n }, call);
  expect(await space.purge({})).toBe(4);
  expect((await readOne(space, '/a')).state).toBe('miss');
  expect((await hit(other, '/a')).value).toBe(1);
  expect(await client.exists(`xc:c:${space.name}:{g}`)).toBe(1);
  expect(await client.exists(`xc:c:${space.name}:{k:/a}:f`)).toBe(1);
});
