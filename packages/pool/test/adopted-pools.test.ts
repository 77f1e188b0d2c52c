import { isXcError } from '@xc/core';
import { runInContext } from '@xc/core/context';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { createPool as createGenericPool } from 'generic-pool';
import { Pool as TarnPool } from 'tarn';
import { describe, expect, test } from 'vitest';
import type { AdoptOptions } from '../src/adopted/adopt-options.ts';
import { createPool as createFacade, fromGenericPool } from '../src/generic-pool/index.ts';
import { type Pool, type PoolEvent, poolProbe } from '../src/index.ts';
import { fromTarn } from '../src/knex/from-tarn.ts';
import type { PoolFactory } from '../src/pool-factory.ts';
import type { FakeResource } from '../src/testing/fake-factory.ts';
import { poolContract } from '../src/testing/pool-contract.ts';
import { type Thing, Things } from './things.ts';

const signal = new AbortController().signal;
const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

type Sizes = { readonly min?: number; readonly max?: number };

/** What the other pools take of a factory of ours. */
const plain = (factory: PoolFactory<FakeResource>) => ({
  create: async () => factory.create({ signal, attempt: 1 }),
  destroy: async (resource: FakeResource) => factory.destroy(resource, 'caller'),
});

const engines: Readonly<
  Record<string, (factory: PoolFactory<FakeResource>, sizes: Sizes, options?: AdoptOptions) => Pool<FakeResource>>
> = {
  'generic-pool': (factory, { min = 0, max = 10 }, options) =>
    fromGenericPool(createGenericPool(plain(factory), { min, max }), options),
  tarn: (factory, { min = 0, max = 10 }, options) =>
    fromTarn(new TarnPool({ ...plain(factory), min, max, propagateCreateError: false }), options),
  facade: (factory, { min = 0, max = 10 }, options) =>
    fromGenericPool(createFacade(plain(factory), { min, max }), options),
};

describe.each(['generic-pool', 'tarn', 'facade'])('a pool of %s keeps the contract of a pool', (name) => {
  for (const { name: sentence, run } of poolContract((factory, { max, min, ...options }) =>
    // biome-ignore lint/style/noNonNullAssertion: the names are those above
    engines[name]!(factory, { ...(max === undefined ? {} : { max }), ...(min === undefined ? {} : { min }) }, options),
  )) {
    test(sentence, run);
  }
});

const makers = {
  'generic-pool': (things: Things, sizes: Sizes, options?: AdoptOptions) => {
    const theirs = createGenericPool(things as never, { max: 1, ...sizes });
    return { pool: fromGenericPool<Thing>(theirs as never, options), theirs: theirs as unknown };
  },
  tarn: (things: Things, sizes: Sizes, options?: AdoptOptions) => {
    const theirs = new TarnPool<Thing>({
      create: () => things.create(),
      destroy: (thing) => things.destroy(thing),
      min: 0,
      max: 1,
      ...sizes,
    });
    return { pool: fromTarn(theirs, options), theirs: theirs as unknown };
  },
};

describe.each(Object.entries(makers))('an adopted pool of %s', (name, make) => {
  test('says what it can do, and refuses the rest', () => {
    const { pool } = make(new Things(), {}, { name: 'adopted' });
    expect(pool.capabilities).toEqual({
      resize: false,
      pause: true,
      clear: true,
      priorities: true,
      keepalive: false,
      leak: true,
    });
    expect(() => pool.resize({ max: 2 })).toThrow(
      expect.objectContaining({ code: 'XC_POOL_UNSUPPORTED', details: { pool: 'adopted', capability: 'resize' } }),
    );
  });

  test('gives a resource a number that it keeps', async () => {
    const { pool } = make(new Things(), { max: 2 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    expect(leases.map(({ id }) => id)).toEqual([1, 2]);
    const first = leases[0]?.value;
    leases[0]?.release();
    const again = await pool.acquire();
    expect(again.id).toBe(1);
    expect(again.value).toBe(first);
  });

  test('shares its resources with those who use it directly', async () => {
    const { pool, theirs } = make(new Things(), { max: 1 });
    const direct = theirs as {
      acquire(): { promise?: Promise<Thing> } & Promise<Thing>;
      release(thing: Thing): unknown;
    };
    const request = direct.acquire();
    const thing = await (request.promise ?? request);
    const waiting = pool.acquire();
    await settled();
    expect(pool.stats()).toMatchObject({ size: 1, inUse: 1, idle: 0, waiting: 1 });
    direct.release(thing);
    expect((await waiting).value).toBe(thing);
  });

  test('a thousand who gave up leave nothing in the queue', async () => {
    const clock = new ManualClock();
    const { pool, theirs } = make(new Things(), { max: 1 }, { clock });
    const lease = await pool.acquire();
    const asked = Array.from({ length: 1_000 }, () => pool.acquire({ timeoutMs: 10 }).catch((error) => error));
    await clock.advance(10);
    expect((await Promise.all(asked)).every((error) => isXcError(error, 'XC_POOL_TIMEOUT'))).toBe(true);
    expect(pool.stats()).toMatchObject({ waiting: 0, timeouts: 1_000 });
    const pending = theirs as { pending?: number; numPendingAcquires?(): number };
    expect(pending.pending ?? pending.numPendingAcquires?.()).toBe(0);
    lease.release();
    expect(pool.stats()).toMatchObject({ idle: 1, inUse: 0, acquired: 1 });
  });

  test('waits no longer than the request has time', async () => {
    const clock = new ManualClock();
    const { pool } = make(new Things(), { max: 1 }, { clock });
    await pool.acquire();
    const asked = runInContext({ correlationId: 'a', deadline: 30 }, () => pool.acquire()).catch((error) => error);
    await clock.advance(30);
    expect(await asked).toMatchObject({ code: 'XC_POOL_TIMEOUT', details: { verdict: 'leak-suspected' } });
  });

  test('a factory that fails at once is told to all, and the event loop lives', async () => {
    const things = new Things();
    things.failing = new Error('down');
    const { pool } = make(things, { max: 3 });
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const errors = await Promise.all(Array.from({ length: 100 }, () => pool.acquire().catch((error) => error)));
    expect(errors.every((error) => isXcError(error, 'XC_POOL_CREATE') && error.cause === things.failing)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 40));
    clearInterval(ticking);
    expect(things.opened).toBeLessThanOrEqual(12);
    expect(ticks).toBeGreaterThan(0);
    things.failing = undefined;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await pool.acquire()).value.id).toBeGreaterThan(0);
  });

  test('a factory that throws is told to all, and leaves nothing behind', async () => {
    const clock = new ManualClock();
    const things = new Things();
    let down = true;
    const throwing = Object.assign(things, {
      create() {
        if (down) throw new Error('down');
        return Things.prototype.create.call(things);
      },
    });
    const { pool } = make(throwing, { max: 1 }, { clock });
    const asked = Array.from({ length: 10 }, () => pool.acquire().catch((error) => error));
    expect((await Promise.all(asked)).every((error) => error.cause?.message === 'down')).toBe(true);
    down = false;
    await clock.advance(60);
    const lease = await pool.acquire();
    lease.release();
    expect(pool.stats()).toMatchObject({ idle: 1, inUse: 0, waiting: 0 });
  });

  test('while something is open, a failing factory makes nobody give up, and nobody spins', async () => {
    const clock = new ManualClock();
    const things = new Things();
    const { pool } = make(things, { max: 2 }, { clock });
    const lease = await pool.acquire();
    things.failing = new Error('down');
    const waiting = pool.acquire();
    await settled();
    expect(pool.stats().waiting).toBe(1);
    expect(things.opened).toBeLessThanOrEqual(4);
    expect(pool.diagnose()).toMatchObject({ verdict: 'factory-down', lastCreateError: { message: 'down' } });
    lease.release();
    expect((await waiting).value).toEqual({ id: 1 });
  });

  test('nothing that was open before clear is lent again', async () => {
    const things = new Things();
    const { pool } = make(things, { max: 3 });
    const [kept, idle, broken] = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    idle.release();
    pool.clear();
    const { signal: lost } = broken;
    pool.clear({ lent: 'interrupt' });
    expect([broken.ended, kept.ended, lost.reason?.code]).toEqual([true, true, 'XC_POOL_LOST']);
    const next = await pool.acquire();
    expect(next.value.id).toBe(4);
    expect(things.closed.toSorted()).toEqual([1, 2, 3]);
    expect(pool.stats()).toMatchObject({ generation: 2, inUse: 1 });
  });

  test('what is lent at a clear is closed on its return', async () => {
    const things = new Things();
    const { pool } = make(things, { max: 1 });
    const lease = await pool.acquire();
    pool.clear();
    expect(lease.ended).toBe(false);
    lease.release();
    expect((await pool.acquire()).value.id).toBe(2);
    expect(things.closed).toEqual([1]);
  });

  test('reports who does not return, and takes it away where that is wanted', async () => {
    const clock = new ManualClock();
    const logger = new MemoryLogger();
    const events: PoolEvent[] = [];
    const things = new Things();
    const { pool } = make(
      things,
      { max: 1 },
      {
        clock,
        logger,
        leak: { afterMs: 1_000, action: 'reclaim', stack: 'always' },
        onEvent: (event) => void events.push(event),
      },
    );
    const lease = await pool.acquire({ label: 'report' });
    const next = pool.acquire();
    await clock.advance(1_000);
    expect(events.find(({ type }) => type === 'leak')).toMatchObject({ label: 'report', heldMs: 1_000, id: 1 });
    expect(lease.ended).toBe(true);
    expect((await next).value.id).toBe(2);
    expect(things.closed).toEqual([1]);
    expect(pool.stats()).toMatchObject({ leaks: 1 });
  });

  test('tells what happens to loans', async () => {
    const types: string[] = [];
    const { pool } = make(new Things(), { max: 1 }, { onEvent: ({ type }) => void types.push(type) });
    await pool.use(() => 1);
    const quiet = pool.on(() => {
      throw new Error('of a listener');
    });
    const lease = await pool.acquire();
    quiet();
    lease.release();
    lease.release();
    await pool.drain();
    expect(types).toEqual([
      'acquire-started',
      'acquired',
      'returned',
      'acquire-started',
      'acquired',
      'returned',
      'misuse',
      'draining',
      'drained',
    ]);
  });

  test('opens ahead of use, as many as there can be', async () => {
    const things = new Things();
    const { pool } = make(things, { max: 3 });
    expect(await pool.warm({ count: 5 })).toMatchObject({ opened: 3 });
    expect(pool.stats()).toMatchObject({ idle: 3, inUse: 0 });
    expect(await pool.warm()).toMatchObject({ opened: 0 });
    expect(things.opened).toBe(3);
  });

  test('says by the deadline that it could not open them', async () => {
    const things = new Things();
    things.failing = new Error('wrong password');
    const { pool } = make(things, { max: 2 });
    await expect(pool.warm({ count: 2, deadlineMs: 60 })).rejects.toMatchObject({
      code: 'XC_POOL_WARMUP',
      cause: { message: 'wrong password' },
    });
    expect(things.opened).toBeGreaterThan(1);
    await expect(pool.warm({ count: 1, signal: AbortSignal.abort('no time') })).rejects.toBe('no time');
  });

  test('a drain ends by force, and takes what is lent', async () => {
    const clock = new ManualClock();
    const things = new Things();
    const { pool } = make(things, { max: 2 }, { clock });
    const [kept, back] = await Promise.all([pool.acquire({ label: 'kept' }), pool.acquire()]);
    const { signal: lost } = kept;
    const draining = pool.drain({ deadlineMs: 100 });
    back.release();
    await clock.advance(99);
    expect(lost.aborted).toBe(false);
    await clock.advance(1);
    await settled();
    expect(await draining).toMatchObject({
      clean: false,
      forced: 1,
      returned: 1,
      abandoned: [{ id: 1, label: 'kept', heldMs: 100 }],
    });
    expect(lost.reason).toMatchObject({ code: 'XC_POOL_LOST' });
    expect(things.closed.toSorted()).toEqual([1, 2]);
    expect(await poolProbe(pool).check(signal)).toMatchObject({ status: 'down' });
  });

  test.each([[null], [{ signal: 5 }], [{ deadlineMs: -1 }]])(
    'a drain with %j is refused, and leaves the pool as it was',
    async (options) => {
      const { pool } = make(new Things(), { max: 1 });
      await expect(pool.drain(options as never)).rejects.toThrow(/must be/);
      expect(pool.stats().state).toBe('running');
      (await pool.acquire()).release();
      expect(await pool.drain()).toMatchObject({ forced: 0 });
    },
  );

  test('a drain does not wait for ever for somebody who uses it directly', async () => {
    const clock = new ManualClock();
    const { pool, theirs } = make(new Things(), { max: 1 }, { clock, destroyTimeoutMs: 500 });
    const request = (theirs as { acquire(): { promise?: Promise<Thing> } & Promise<Thing> }).acquire();
    await (request.promise ?? request);
    const draining = pool.drain({ deadlineMs: 10 });
    await clock.advance(0);
    await settled();
    await clock.advance(500);
    expect(await draining).toMatchObject({ clean: false, forced: 0 });
  });

  test('refuses at once when somebody else has closed it', async () => {
    const { pool, theirs } = make(new Things(), { max: 1 });
    await (name === 'tarn' ? (theirs as TarnPool<Thing>).destroy() : (theirs as { drain(): Promise<void> }).drain());
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
    expect(pool.tryAcquire()).toBeUndefined();
  });

  test('who waits when somebody else closes it waits no more', async () => {
    const { pool, theirs } = make(new Things(), { max: 1 });
    const lease = await pool.acquire();
    const [first, second] = [pool.acquire(), pool.acquire()].map((asked) => asked.catch((error) => error.code));
    await settled();
    const closing =
      name === 'tarn' ? (theirs as TarnPool<Thing>).destroy() : (theirs as { drain(): Promise<void> }).drain();
    lease.release();
    expect([await first, await second]).toEqual(['XC_POOL_CLOSED', 'XC_POOL_CLOSED']);
    await closing;
  });

  test('an aborted use rejects at once and closes what it had', async () => {
    const things = new Things();
    const { pool } = make(things, { max: 1 });
    const abort = new AbortController();
    let finish = () => {};
    const using = pool.use(() => new Promise<void>((resolve) => (finish = resolve)), { signal: abort.signal });
    await settled();
    abort.abort('enough');
    await expect(using).rejects.toBe('enough');
    expect(pool.stats().inUse).toBe(1);
    finish();
    await settled();
    expect(things.closed).toEqual([1]);
  });

  test('refuses what it is not, and options that it does not know', () => {
    const from = (name === 'tarn' ? fromTarn : fromGenericPool) as (pool: unknown, options?: object) => unknown;
    const { theirs } = make(new Things(), {});
    expect(() => from(undefined)).toThrow(new TypeError('pool must be an object, got undefined'));
    expect(() => from({})).toThrow(new TypeError('pool.acquire must be a function, got undefined'));
    expect(() => from(theirs, { max: 3 })).toThrow(new TypeError('unknown option max'));
    expect(() => from(theirs, { acquireTimeoutMs: -5 })).toThrow(
      new RangeError('acquireTimeoutMs must be a positive number, got -5'),
    );
  });

  test('refuses a priority that is none, as a rejection', async () => {
    const { pool } = make(new Things(), {}, { priorities: 2 });
    await expect(pool.acquire({ priority: 2 })).rejects.toThrow(RangeError);
    await expect(pool.use(undefined as never)).rejects.toThrow('fn must be a function, got undefined');
  });
});

test('a pool of generic-pool with a test on borrow lends nothing untested at once', async () => {
  const theirs = createGenericPool<Thing>(
    { create: async () => ({ id: 1 }), destroy: async () => {}, validate: async () => true },
    { max: 1, testOnBorrow: true },
  );
  const pool = fromGenericPool(theirs);
  (await pool.acquire()).release();
  expect(pool.tryAcquire()).toBeUndefined();
  expect((await pool.acquire()).value).toEqual({ id: 1 });
});
