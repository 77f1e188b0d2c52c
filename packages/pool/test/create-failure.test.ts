import { constantBackoff, type Policy, type Task } from '@xc/core';
import { expect, test } from 'vitest';
import { createPool } from '../src/index.ts';
import { givenPool, outcome, watched } from './given-pool.ts';

const down = new Error('connection refused');

test('between two failed creates at least the back-off passes, and a success resets it', async () => {
  const { pool, clock, factory, events } = givenPool(
    { min: 1, createBackoff: { delayMs: (attempt) => attempt * 100 } },
    {},
    (fake) => fake.failCreates(down),
  );
  await clock.advance(600);
  const failed = () => events.flatMap((event) => (event.type === 'create-failed' ? [[event.at, event.retryInMs]] : []));
  expect(failed()).toEqual([
    [0, 100],
    [100, 200],
    [300, 300],
    [600, 400],
  ]);
  factory.failCreates(undefined);
  await clock.advance(400);
  expect(pool.stats().size).toBe(1);
  factory.failCreates(down);
  const [first] = factory.opened;
  if (first !== undefined) factory.kill(first);
  await clock.advance(0);
  expect(failed().at(-1)).toEqual([1_000, 100]);
});

test('when a create fails and nothing is open, every waiter hears of it, with the error as cause', async () => {
  const { pool, clock } = givenPool({ createBackoff: constantBackoff(250) }, { createMs: 10 }, (fake) =>
    fake.failCreates(down),
  );
  const waiters = Array.from({ length: 1_000 }, () => outcome(pool.acquire()));
  await clock.advance(10);
  for (const { error } of await Promise.all(waiters)) {
    expect(error).toMatchObject({ code: 'XC_POOL_CREATE', retryable: true, cause: down, details: { pool: 'default' } });
  }
  await clock.advance(50);
  const { error } = await outcome(pool.acquire());
  expect(error).toMatchObject({ code: 'XC_POOL_CREATE', cause: down, details: { retryAfterMs: 200 } });
  expect(pool.stats()).toMatchObject({ createFailures: 2, waiting: 0 });
});

test('while something is open, waiters wait for it', async () => {
  const { pool, clock, factory } = givenPool({ max: 2 });
  const lease = await pool.acquire();
  factory.failCreates(down);
  const waiter = watched(pool.acquire());
  await clock.advance(100);
  expect(waiter.settled).toBe(false);
  lease.release();
  await clock.advance(0);
  expect(waiter.value?.id).toBe(1);
});

test('when failures are kept to itself, waiters stay until their deadline and retries go on', async () => {
  const options = { createErrors: 'keep', acquireTimeoutMs: 1_000, createBackoff: constantBackoff(50) } as const;
  const { pool, clock, factory } = givenPool(options, {}, (fake) => fake.failCreates(down));
  const late = outcome(pool.acquire({ timeoutMs: 500 }));
  const lucky = watched(pool.acquire());
  await clock.advance(500);
  expect((await late).error).toMatchObject({
    code: 'XC_POOL_TIMEOUT',
    cause: down,
    details: { verdict: 'factory-down' },
  });
  expect(factory.creates).toBeGreaterThan(2);
  factory.failCreates(undefined);
  await clock.advance(490);
  expect(lucky.settled).toBe(true);
  expect(lucky.error).toBeUndefined();
});

test('a create that takes too long is a failure, its slot is free, and what it yields later is closed', async () => {
  const { pool, clock, factory, events } = givenPool({ max: 1, createTimeoutMs: 100 }, { createMs: 150 });
  const signals: AbortSignal[] = [];
  const { create } = factory;
  factory.create = (context) => {
    signals.push(context.signal);
    return create({ signal: new AbortController().signal, attempt: context.attempt });
  };
  const first = outcome(pool.acquire());
  await clock.advance(100);
  expect((await first).error).toMatchObject({ code: 'XC_POOL_CREATE', cause: { name: 'TimeoutError' } });
  expect(signals[0]?.aborted).toBe(true);
  expect(pool.stats()).toMatchObject({ creating: 0, createFailures: 1 });
  await clock.advance(50);
  expect(factory.opened[0]?.endReason).toBe('late');
  expect(events.at(-1)).toMatchObject({ type: 'closed', reason: 'late' });
  expect(pool.stats()).toMatchObject({ created: 1, closed: 1, size: 0 });
});

test('a create that never settles fails the first at its deadline, and the next opens a new one', async () => {
  const options = { max: 1, acquireTimeoutMs: 200, createTimeoutMs: 300 };
  const { pool, clock, factory } = givenPool(options, {}, (fake) => fake.hangCreates(true));
  const first = outcome(pool.acquire());
  await clock.advance(200);
  expect((await first).error).toMatchObject({ code: 'XC_POOL_TIMEOUT', details: { verdict: 'slow-create' } });
  factory.hangCreates(false);
  const next = watched(pool.acquire({ timeoutMs: 150 }));
  await clock.advance(100);
  expect(next.settled).toBe(true);
  await clock.advance(20);
  const again = watched(pool.acquire());
  await clock.advance(0);
  expect(again.error).toBeUndefined();
  expect(again.settled).toBe(true);
});

test('no failure keeps the event loop from its timers, and at most a dozen creates are tried in a fifth of a second', async () => {
  for (const fail of [
    () => Promise.reject(down),
    () => {
      throw down;
    },
  ]) {
    for (const createErrors of ['reject', 'keep'] as const) {
      let creates = 0;
      const pool = createPool<object>(
        {
          create() {
            creates++;
            return fail();
          },
          destroy() {},
        },
        { acquireTimeoutMs: 200, createErrors, maxCreating: 1 },
      );
      let ticks = 0;
      const timer = setInterval(() => ticks++, 10);
      const waiters = await Promise.all(Array.from({ length: 1_000 }, () => outcome(pool.acquire())));
      expect(waiters.every(({ error }) => error !== undefined)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(0);
      expect(creates).toBeLessThanOrEqual(12);
      await pool.drain();
    }
  }
});

test('a create that resolves to nothing is a failure that says so', async () => {
  const pool = createPool({ create: async () => undefined, destroy() {} });
  const { error } = await outcome(pool.acquire());
  expect(error).toMatchObject({ code: 'XC_POOL_CREATE', message: 'create must return a resource, got undefined' });
  await pool.drain();
});

test('a policy wraps every create, and what its lost tries open is closed', async () => {
  const twice: Policy = {
    name: 'twice',
    async run<T>(task: Task<T>): Promise<T> {
      const signal = new AbortController().signal;
      const context = { signal, deadline: undefined, key: undefined };
      const first = Promise.resolve(task({ ...context, attempt: 1 }));
      const second = Promise.resolve(task({ ...context, attempt: 2 }));
      await first;
      return second;
    },
  };
  const { pool, factory } = givenPool({ createPolicy: twice });
  const attempts: number[] = [];
  const { create } = factory;
  factory.create = (context) => {
    attempts.push(context.attempt);
    return create(context);
  };
  const lease = await pool.acquire();
  expect(attempts).toEqual([1, 2]);
  expect(lease.value.id).toBe(2);
  expect(factory.opened[0]?.endReason).toBe('late');
  expect(factory.open).toBe(1);
});

test('a factory going down and up again is logged once each', async () => {
  const { clock, factory, logger } = givenPool({ min: 1 }, {}, (fake) => fake.failCreates(down));
  await clock.advance(2_000);
  factory.failCreates(undefined);
  await clock.advance(6_000);
  const lines = logger.lines.map(({ level, message }) => [level, message]);
  expect(lines).toEqual([
    ['warn', 'the pool cannot open resources'],
    ['warn', 'the pool can open resources again'],
  ]);
});

test('too many connections on the server: existing ones keep serving', async () => {
  const { pool, clock, factory } = givenPool({ max: 5 });
  (await pool.acquire()).release();
  factory.failCreates(new Error('too many connections'));
  const uses = Array.from({ length: 20 }, () => pool.use(() => clock.sleep(1)));
  await clock.advance(100);
  await Promise.all(uses);
  expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
});

test('a back-off that is no number does not end the tries', async () => {
  const backoff = { delayMs: () => Number.NaN };
  const { pool, clock, factory } = givenPool({ min: 1, createBackoff: backoff }, {}, (fake) => fake.failCreates(down));
  factory.failCreates(undefined);
  await clock.advance(1);
  expect(pool.stats().size).toBe(1);
});
