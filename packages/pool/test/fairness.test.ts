import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createPool, type Lease } from '../src/index.ts';
import { type FakeResource, fakeFactory } from '../src/testing/index.ts';
import { outcome } from './given-pool.ts';

const endless = { acquireTimeoutMs: Number.POSITIVE_INFINITY, leak: false } as const;

test('ten thousand waiters over ten resources are served in the order in which they came, with no deep stack', async () => {
  const pool = createPool(fakeFactory(), { ...endless, max: 10, maxCreating: 10 });
  const held = await Promise.all(Array.from({ length: 10 }, () => pool.acquire()));
  const order: number[] = [];
  const waits = Array.from({ length: 10_000 }, (_, at) =>
    pool.acquire().then((lease) => {
      order.push(at);
      lease.release();
    }),
  );
  for (const lease of held) lease.release();
  await Promise.all(waits);
  expect(order).toEqual(Array.from({ length: 10_000 }, (_, at) => at));
  expect(pool.stats()).toMatchObject({ idle: 10, inUse: 0, waiting: 0, created: 10, acquired: 10_010 });
});

test('a thundering release of many more waiters takes time in proportion', async () => {
  const timeFor = async (count: number) => {
    const pool = createPool(fakeFactory(), { ...endless, max: 10 });
    const lease = await pool.acquire();
    pool.resize({ max: 1 });
    const waits = Array.from({ length: count }, () => pool.acquire().then((got) => got.release()));
    const start = performance.now();
    lease.release();
    await Promise.all(waits);
    return (performance.now() - start) / count;
  };
  await timeFor(5_000);
  const few = await timeFor(10_000);
  const many = await timeFor(100_000);
  expect(many).toBeLessThan(few * 5 + 0.005);
});

test('nothing is lost and levels hold among ten thousand waiters, with aborts, deaths, resizes and clears at random', async () => {
  const random = new SeededRandom(7);
  const factory = fakeFactory();
  const pool = createPool(factory, { ...endless, max: 10, maxCreating: 20 });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const held = new Set<Lease<FakeResource>>();
  const owners = new Map<FakeResource, Lease<FakeResource>>();
  const lastServed = [-1, -1, -1];
  let served = 0;
  let aborted = 0;
  const waits: Promise<unknown>[] = [];
  const aborts: AbortController[] = [];
  for (let at = 0; at < 10_000; at++) {
    const priority = Math.floor(random.next() * 3);
    const abort = new AbortController();
    if (random.next() < 0.2) aborts.push(abort);
    const wait = pool.acquire({ priority, signal: abort.signal }).then(
      (lease) => {
        served++;
        // Taken away before its borrower could see it.
        if (lease.ended) return;
        expect(owners.get(lease.value)?.ended ?? true).toBe(true);
        owners.set(lease.value, lease);
        held.add(lease);
        // Within a level: in the order in which they came.
        expect(at).toBeGreaterThan(lastServed[priority] ?? -1);
        lastServed[priority] = at;
      },
      (error) => {
        expect(error).toBe(abort.signal.reason);
        aborted++;
      },
    );
    waits.push(wait);
  }
  for (let round = 0; served + aborted < 10_000; round++) {
    expect(round).toBeLessThan(100_000);
    for (const lease of [...held]) {
      held.delete(lease);
      const chance = random.next();
      if (lease.ended) lease.release();
      else if (chance < 0.02) factory.kill(lease.value);
      else if (chance < 0.04) void lease.destroy();
      else lease.release();
    }
    for (let times = Math.floor(random.next() * 4); times > 0; times--) aborts.pop()?.abort(new Error('gone'));
    if (random.next() < 0.05) pool.resize({ max: 1 + Math.floor(random.next() * 15) });
    if (random.next() < 0.02) pool.clear(random.next() < 0.5 ? {} : { lent: 'interrupt' });
    if (round % 10 === 0) await turn();
    else await Promise.resolve();
    const { size, idle, inUse, created, closed, closing, creating } = pool.stats();
    expect(size).toBe(idle + inUse);
    expect(created).toBe(closed + size + closing);
    expect(creating + size + closing).toBeLessThanOrEqual(15);
    expect(factory.open).toBe(size);
  }
  await Promise.all(waits);
  for (const lease of held) lease.release();
  expect(factory.violations).toEqual([]);
  expect(served + aborted).toBe(10_000);
  expect(pool.stats()).toMatchObject({ waiting: 0, inUse: 0 });
  expect(await pool.drain()).toMatchObject({ clean: true });
});

test('a thousand aborted waiters leave nothing behind: none is counted, none is handed anything', async () => {
  const pool = createPool(fakeFactory(), { ...endless, max: 1 });
  const lease = await pool.acquire();
  const abort = new AbortController();
  const gone = Array.from({ length: 1_000 }, () => outcome(pool.acquire({ signal: abort.signal })));
  const next = pool.acquire();
  abort.abort();
  expect(pool.stats().waiting).toBe(1);
  lease.release();
  (await next).release();
  await Promise.all(gone);
  expect(pool.stats()).toMatchObject({ acquired: 2, waiting: 0, idle: 1 });
});
