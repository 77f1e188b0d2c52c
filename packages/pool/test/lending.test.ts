import { runInContext } from '@xc/core/context';
import { expect, test } from 'vitest';
import { createPool, type Lease } from '../src/index.ts';
import { type FakeResource, fakeFactory } from '../src/testing/fake-factory.ts';
import { givenPool, outcome, watched } from './given-pool.ts';

test('a returned resource goes to the waiter and never to a newcomer', async () => {
  const { pool, settle } = givenPool({ max: 1 });
  const first = await pool.acquire();
  const waiter = watched(pool.acquire());
  first.release();
  const newcomer = watched(pool.acquire());
  await settle();
  expect(waiter.settled).toBe(true);
  expect(newcomer.settled).toBe(false);
  expect(pool.tryAcquire()).toBeUndefined();
});

test('a new resource serves whoever is first, not the waiter that caused it', async () => {
  const { pool, clock } = givenPool({ max: 2 }, { createMs: 100 });
  const order: string[] = [];
  const cause = pool.acquire({ priority: 2 }).then(() => order.push('cause'));
  await clock.advance(50);
  const late = pool.acquire({ priority: 0 }).then(() => order.push('late but first'));
  await clock.advance(50);
  await late;
  expect(order).toEqual(['late but first']);
  await clock.advance(50);
  await cause;
});

test('acquire never throws synchronously, whatever create, options or state do', async () => {
  const { pool } = givenPool({}, {}, (factory) => {
    factory.create = () => {
      throw new Error('at once');
    };
  });
  expect((await outcome(pool.acquire())).error).toMatchObject({ code: 'XC_POOL_CREATE' });
  expect((await outcome(pool.acquire({ priority: 99 }))).error).toBeInstanceOf(RangeError);
  expect((await outcome(pool.acquire({ timeoutMs: -1 }))).error).toBeInstanceOf(RangeError);
  expect((await outcome(pool.acquire(null as never))).error).toBeInstanceOf(TypeError);
  await pool.drain();
  expect((await outcome(pool.acquire())).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
});

test('acquire with an aborted signal rejects with its reason and touches nothing', async () => {
  const { pool, factory, events } = givenPool();
  const reason = new Error('given up');
  expect((await outcome(pool.acquire({ signal: AbortSignal.abort(reason) }))).error).toBe(reason);
  expect(factory.creates).toBe(0);
  expect(events).toEqual([]);
});

test('an abort takes a waiter out at once: it counts no more and is handed nothing', async () => {
  const { pool, settle, types } = givenPool({ max: 1, maxWaiting: 1 });
  const lease = await pool.acquire();
  const abort = new AbortController();
  const gone = outcome(pool.acquire({ signal: abort.signal }));
  abort.abort(new Error('enough'));
  expect(pool.stats().waiting).toBe(0);
  const next = watched(pool.acquire());
  lease.release();
  await settle();
  expect((await gone).error).toMatchObject({ message: 'enough' });
  expect(next.settled).toBe(true);
  expect(types().filter((type) => type === 'acquired')).toHaveLength(2);
});

test('a hundred thousand aborted waiters cost amortised constant time each', async () => {
  const pool = createPool(fakeFactory(), { max: 1 });
  await pool.acquire();
  const timeFor = async (count: number) => {
    const aborts = Array.from({ length: count }, () => new AbortController());
    const waits = aborts.map(({ signal }) => outcome(pool.acquire({ signal })));
    const start = performance.now();
    // In an order that is neither that of a queue nor that of a stack.
    for (let at = 0; at < count; at++) aborts[(at * 7_919) % count]?.abort();
    const took = performance.now() - start;
    await Promise.all(waits);
    return took / count;
  };
  await timeFor(2_000);
  const few = await timeFor(10_000);
  const many = await timeFor(100_000);
  expect(pool.stats().waiting).toBe(0);
  // Linear work would make it ten times as much.
  expect(many).toBeLessThan(few * 5 + 0.01);
});

test('a resource handed over in the turn of the abort goes to the next waiter', async () => {
  const { pool, settle } = givenPool({ max: 1 });
  const lease = await pool.acquire();
  const abort = new AbortController();
  const aborted = outcome(pool.acquire({ signal: abort.signal }));
  const next = watched(pool.acquire());
  lease.release();
  abort.abort(new Error('just now'));
  await settle();
  expect((await aborted).error).toMatchObject({ message: 'just now' });
  expect(next.settled).toBe(true);
  expect(pool.stats()).toMatchObject({ inUse: 1, waiting: 0, acquired: 2 });
});

test('a resource handed over in the turn of the abort goes to idle when nobody waits', async () => {
  const { pool, settle } = givenPool({ max: 1 });
  const lease = await pool.acquire();
  const abort = new AbortController();
  const aborted = outcome(pool.acquire({ signal: abort.signal }));
  abort.abort(new Error('before'));
  lease.release();
  await settle();
  expect((await aborted).error).toMatchObject({ message: 'before' });
  expect(pool.stats()).toMatchObject({ idle: 1, inUse: 0, waiting: 0 });
});

test('disposing of a lease returns it', async () => {
  const { pool } = givenPool();
  const lease = await pool.acquire();
  lease[Symbol.dispose]();
  expect(pool.stats().idle).toBe(1);
  const other = await pool.acquire();
  await other[Symbol.asyncDispose]();
  expect(other.ended).toBe(true);
  expect(pool.stats()).toMatchObject({ idle: 1, misuse: 0 });
});

test('a stale lease touches nobody else: two releases, release after destroy, release after drain are only counted', async () => {
  const { pool, factory } = givenPool({ max: 1 });
  const stale = await pool.acquire();
  stale.release();
  const owner = await pool.acquire();
  expect(owner.id).toBe(stale.id);
  stale.release();
  await stale.destroy();
  expect(owner.ended).toBe(false);
  expect(pool.stats()).toMatchObject({ inUse: 1, idle: 0, misuse: 2 });
  await owner.destroy();
  owner.release();
  expect(pool.stats()).toMatchObject({ size: 0, misuse: 3 });
  const last = await pool.acquire();
  last.release();
  await pool.drain();
  last.release();
  expect(pool.stats().misuse).toBe(4);
  expect(factory.violations).toEqual([]);
});

test('the value of an ended lease is refused, and counted', async () => {
  const { pool, events } = givenPool();
  const lease = await pool.acquire();
  expect(lease.value.id).toBe(1);
  lease.release();
  expect(() => lease.value).toThrow(expect.objectContaining({ code: 'XC_POOL_LEASE_ENDED', retryable: false }));
  expect(pool.stats().misuse).toBe(1);
  expect(events.at(-1)).toMatchObject({ type: 'misuse', kind: 'use-after-release' });
});

test('use returns a healthy resource after a value and after a promise', async () => {
  const { pool } = givenPool({ max: 1 });
  expect(await pool.use(() => 42)).toBe(42);
  expect(await pool.use(async ({ id }, lease) => [id, lease.id])).toEqual([1, 1]);
  expect(pool.stats()).toMatchObject({ idle: 1, inUse: 0, created: 1 });
});

test('use closes the resource after a throw and after a rejection, unless the factory says that it is not broken', async () => {
  const { pool, factory } = givenPool({ max: 1 });
  const thrown = new Error('thrown');
  expect(
    (
      await outcome(
        pool.use(() => {
          throw thrown;
        }),
      )
    ).error,
  ).toBe(thrown);
  expect(factory.opened[0]?.endReason).toBe('error');
  expect((await outcome(pool.use(() => Promise.reject(thrown)))).error).toBe(thrown);
  expect(factory.opened[1]?.endReason).toBe('error');
  factory.broken = (_, error) => error !== thrown;
  expect((await outcome(pool.use(() => Promise.reject(thrown)))).error).toBe(thrown);
  expect(factory.opened[2]?.endReason).toBeUndefined();
  factory.broken = () => {
    throw new Error('cannot tell');
  };
  expect((await outcome(pool.use(() => Promise.reject(thrown)))).error).toBe(thrown);
  expect(factory.opened[2]?.endReason).toBe('error');
});

test('use rejects at once on abort, and closes the resource when its function settles, not lending it meanwhile', async () => {
  const { pool, factory, settle } = givenPool({ max: 1 });
  const abort = new AbortController();
  let finish: () => void = () => {};
  const used = outcome(
    pool.use(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      { signal: abort.signal },
    ),
  );
  await settle();
  const waiter = watched(pool.acquire());
  abort.abort(new Error('no patience'));
  expect((await used).error).toMatchObject({ message: 'no patience' });
  await settle();
  expect(waiter.settled).toBe(false);
  expect(pool.stats().inUse).toBe(1);
  finish();
  await settle();
  expect(factory.opened[0]?.endReason).toBe('error');
  expect(waiter.settled).toBe(true);
});

test('use leaves a lease alone that its function has ended itself', async () => {
  const { pool } = givenPool();
  await pool.use((_, lease) => lease.release());
  await pool.use((_, lease) => lease.destroy());
  expect(pool.stats()).toMatchObject({ misuse: 0, size: 0 });
});

test('the deadline is the lowest of the call, the pool and the request', async () => {
  const { pool, clock } = givenPool({ max: 1, acquireTimeoutMs: 1_000 });
  await pool.acquire();
  const byPool = watched(pool.acquire({ timeoutMs: 5_000 }));
  const byCall = watched(pool.acquire({ timeoutMs: 200 }));
  const byRequest = watched(runInContext({ correlationId: 'r', deadline: 300 }, () => pool.acquire()));
  await clock.advance(200);
  expect([byCall.settled, byRequest.settled, byPool.settled]).toEqual([true, false, false]);
  await clock.advance(100);
  expect([byRequest.settled, byPool.settled]).toEqual([true, false]);
  await clock.advance(700);
  expect(byPool.error).toMatchObject({ code: 'XC_POOL_TIMEOUT', details: { waitedMs: 1_000 } });
});

test('a deadline that has passed ends the wait at once, yet takes what is there', async () => {
  const { pool, clock } = givenPool({ max: 1 });
  await clock.advance(100);
  const past = { correlationId: 'r', deadline: 50 };
  const lease = await runInContext(past, () => pool.acquire());
  expect((await outcome(runInContext(past, () => pool.acquire()))).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
  lease.release();
});

test('tryAcquire lends what is ready, never opens, never validates and never overtakes', async () => {
  const { pool, clock, factory } = givenPool({ max: 1 }, { validates: true });
  expect(pool.tryAcquire()).toBeUndefined();
  expect(factory.creates).toBe(0);
  (await pool.acquire()).release();
  const lease = pool.tryAcquire({ label: 'me' });
  expect(lease?.id).toBe(1);
  expect(pool.leases()).toMatchObject([{ id: 1, label: 'me', heldMs: 0 }]);
  lease?.release();
  await clock.advance(600);
  expect(pool.tryAcquire()).toBeUndefined();
  expect(factory.opened[0]?.validated).toEqual([]);
});

test('leases lists who holds what, oldest first', async () => {
  const { pool, clock } = givenPool();
  const held: Lease<FakeResource>[] = [];
  for (const label of ['a', 'b', 'c']) {
    held.push(await pool.acquire({ label }));
    await clock.advance(10);
  }
  held[0]?.release();
  held.push(await pool.acquire({ label: 'd' }));
  expect(pool.leases().map(({ label, heldMs }) => [label, heldMs])).toEqual([
    ['b', 20],
    ['c', 10],
    ['d', 0],
  ]);
});

test('a waiter that is old enough goes before every level', async () => {
  const { pool, clock } = givenPool({ max: 1, agingMs: 100 });
  const lease = await pool.acquire();
  const order: string[] = [];
  const low = pool.acquire({ priority: 2 }).then((got) => {
    order.push('low');
    return got;
  });
  await clock.advance(60);
  const high = pool.acquire({ priority: 0 }).then((got) => {
    order.push('high');
    return got;
  });
  await clock.advance(40);
  lease.release();
  (await low).release();
  await high;
  expect(order).toEqual(['low', 'high']);
});

test('a resource dies while it is lent: its signal aborts, it is closed, and the next borrower gets another', async () => {
  const { pool, factory, settle } = givenPool({ max: 1 });
  const lease = await pool.acquire();
  const { signal } = lease;
  const waiter = watched(pool.acquire());
  factory.kill(lease.value, { error: new Error('socket closed') });
  await settle();
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toMatchObject({ code: 'XC_POOL_LOST', retryable: true, cause: { message: 'socket closed' } });
  expect(waiter.value?.id).toBe(2);
  expect(factory.opened[0]?.endReason).toBe('lost');
  lease.release();
  expect(pool.stats()).toMatchObject({ misuse: 0, inUse: 1 });
  expect(lease.signal.reason).toMatchObject({ code: 'XC_POOL_LOST' });
});

test('a resource dies while idle: it is closed at once and no borrower sees it', async () => {
  const { pool, factory } = givenPool({ max: 2, min: 1 });
  const [first] = factory.opened;
  if (first !== undefined) factory.kill(first);
  expect(first?.endReason).toBe('lost');
  expect((await pool.acquire()).value).not.toBe(first);
});
