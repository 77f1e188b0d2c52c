import { isXcError } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type Thing, Things } from '../../test/things.ts';
import genericPool, { createPool } from './index.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('where generic-pool is wrong', () => {
  const failing = (create: () => never | Promise<never>) => ({ create, destroy: async () => {} });

  test.each([
    ['rejects', async () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
  ])('a factory that %s at once is told to those who wait, and the event loop lives', async (_name, create) => {
    let creates = 0;
    const pool = createPool(
      failing(() => {
        creates++;
        return create();
      }),
      { max: 5, acquireTimeoutMillis: 200 },
    );
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    const errors = await Promise.all(Array.from({ length: 100 }, () => pool.acquire().catch((error) => error)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    clearInterval(ticking);
    expect(
      errors.every((error) => isXcError(error, 'XC_POOL_CREATE') && (error.cause as Error).message === 'down'),
    ).toBe(true);
    expect(creates).toBeLessThanOrEqual(12);
    expect(ticks).toBeGreaterThan(0);
  });

  test('retries with back-off where that is wanted, and those who wait have their deadline', async () => {
    const clock = new ManualClock();
    let creates = 0;
    const told: unknown[] = [];
    const pool = createPool(
      failing(async () => {
        creates++;
        throw new Error('down');
      }),
      { acquireTimeoutMillis: 200, createErrors: 'retry', clock },
    );
    pool.on('factoryCreateError', (error) => told.push(error));
    const asked = pool.acquire().catch((error) => error);
    await clock.advance(199);
    expect(pool.pending).toBe(1);
    await clock.advance(1);
    expect(await asked).toMatchObject({ name: 'TimeoutError', code: 'XC_POOL_TIMEOUT', cause: { message: 'down' } });
    expect(pool.pending).toBe(0);
    expect(creates).toBeGreaterThan(2);
    expect(creates).toBeLessThanOrEqual(12);
    expect(told).toHaveLength(creates);
  });

  test('comes back by itself with createErrors retry', async () => {
    const clock = new ManualClock();
    let creates = 0;
    const factory = {
      create: async () => (++creates < 5 ? Promise.reject(new Error('down')) : { id: creates }),
      destroy: async () => {},
    };
    const pool = createPool<Thing>(factory, { max: 1, createErrors: 'retry', clock });
    const asked = pool.acquire();
    await clock.advance(1_000);
    expect(await asked).toEqual({ id: 5 });
    expect(pool.pending).toBe(0);
  });

  test('a validation that fails costs no slot', async () => {
    const things = Object.assign(new Things(), {
      validate: ({ id }: Thing) => (id === 1 ? Promise.reject(new Error('gone')) : true),
    });
    const pool = createPool(things, { max: 1, testOnBorrow: true });
    await pool.release(await pool.acquire());
    expect((await pool.acquire()).id).toBe(2);
    expect(things.closed).toEqual([1]);
  });

  test('testOnReturn is honoured', async () => {
    const things = Object.assign(new Things(), { validate: async ({ id }: Thing) => id !== 1 });
    const pool = createPool(things, { max: 1, testOnReturn: true });
    await pool.release(await pool.acquire());
    await turn();
    expect(things.closed).toEqual([1]);
    expect((await pool.acquire()).id).toBe(2);
  });

  test('use takes a function without a promise, and one that throws', async () => {
    const pool = createPool(new Things(), { max: 1 });
    expect(await pool.use(() => 42)).toBe(42);
    const thrown = pool.use(() => {
      throw new Error('of the user');
    });
    await expect(thrown).rejects.toThrow('of the user');
    expect(pool.borrowed).toBe(0);
    expect(await pool.use(({ id }) => id)).toBe(2);
    await expect(pool.use(42 as never)).rejects.toThrow(new TypeError('fn must be a function, got 42'));
  });

  test('a resource that its user has given back is left alone', async () => {
    const pool = createPool(new Things(), { max: 1 });
    expect(await pool.use((thing) => pool.release(thing).then(() => 'done'))).toBe('done');
    expect(await pool.use((thing) => pool.destroy(thing).then(() => 'done'))).toBe('done');
    expect([pool.borrowed, pool.size]).toEqual([0, 0]);
  });

  test('a close that throws ends neither the evictor nor the process', async () => {
    const clock = new ManualClock();
    const things = Object.assign(new Things(), {
      destroy: () => {
        throw new Error('of the factory');
      },
    });
    const pool = createPool(things, { max: 2, evictionRunIntervalMillis: 10, idleTimeoutMillis: 30, clock });
    const told: unknown[] = [];
    pool.on('factoryDestroyError', (error: Error) => told.push(error.message));
    for (let time = 1; time <= 2; time++) {
      await pool.release(await pool.acquire());
      await clock.advance(100);
      expect(told).toHaveLength(time);
      expect(pool.size).toBe(0);
    }
  });

  test('max 1 with a slow close never has two open', async () => {
    const clock = new ManualClock();
    let open = 0;
    let most = 0;
    const pool = createPool<Thing>(
      {
        create: async () => {
          most = Math.max(most, ++open);
          return { id: open };
        },
        destroy: async () => {
          await clock.sleep(100);
          open--;
        },
      },
      { max: 1, clock },
    );
    for (let time = 0; time < 5; time++) {
      const asked = pool.acquire();
      await clock.advance(200);
      await pool.destroy(await asked);
      expect(pool.spareResourceCapacity).toBe(0);
    }
    expect(most).toBe(1);
  });

  test('the minimum is there after the creates that failed', async () => {
    const clock = new ManualClock();
    const things = new Things();
    things.failing = new Error('down');
    const pool = createPool(things, { min: 2, max: 4, clock });
    await clock.advance(5);
    things.failing = undefined;
    await clock.advance(10_000);
    expect(pool.available).toBe(2);
  });

  test('an idle timeout does not close what the minimum needs', async () => {
    const clock = new ManualClock();
    const things = new Things();
    const pool = createPool(things, { min: 2, max: 2, evictionRunIntervalMillis: 10, idleTimeoutMillis: 20, clock });
    await clock.advance(400);
    expect([things.opened, pool.available]).toEqual([2, 2]);
  });

  test('a thousand who gave up wait no more, and one comes back to be idle', async () => {
    const clock = new ManualClock();
    const pool = createPool(new Things(), { max: 1, acquireTimeoutMillis: 100, clock });
    const held = await pool.acquire();
    const asked = Array.from({ length: 1_000 }, () => pool.acquire().catch((error) => error.name));
    await clock.advance(100);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['TimeoutError']));
    expect(pool.pending).toBe(0);
    await pool.release(held);
    expect(pool.available).toBe(1);
  });

  test('a spike of short tasks opens few', async () => {
    const clock = new ManualClock();
    let opened = 0;
    const create = async () => {
      opened++;
      if (opened > 5) await clock.sleep(150);
      return { id: opened };
    };
    const pool = createPool<Thing>({ create, destroy: async () => {} }, { min: 5, max: 50, clock });
    await pool.ready();
    const tasks = Array.from({ length: 50 }, () => pool.use(() => clock.sleep(2)));
    await clock.advance(1_000);
    await Promise.all(tasks);
    expect(opened).toBeLessThanOrEqual(7);
  });

  test('what clear closed is not lent again', async () => {
    const things = new Things();
    const pool = createPool(things, { max: 1 });
    await pool.release(await pool.acquire());
    await pool.clear();
    expect([pool.available, (await pool.acquire()).id, things.closed]).toEqual([0, 2, [1]]);
  });

  test('clear waits for what is being opened, and for a slow close no longer than its time', async () => {
    const clock = new ManualClock();
    const pool = createPool<Thing>(
      { create: () => clock.sleep(50).then(() => ({ id: 1 })), destroy: () => new Promise(() => {}) },
      { min: 1, max: 1, destroyTimeoutMillis: 100, clock },
    );
    let cleared = false;
    const clearing = pool.clear().then(() => {
      cleared = true;
    });
    await clock.advance(149);
    expect(cleared).toBe(false);
    await clock.advance(1);
    await clearing;
  });
});

test('a stale release cannot be told from the right one: the resource goes on to the next', async () => {
  const pool = createPool(new Things(), { max: 1 });
  const first = await pool.acquire();
  const waiting = pool.acquire();
  await pool.release(first);
  const second = await waiting;
  await pool.release(first);
  expect(second).toBe(first);
  expect(pool.borrowed).toBe(0);
});

test('drain resolves when all are back, also when nobody ever came, and again', async () => {
  const pool = createPool(new Things(), { min: 1, max: 2 });
  await pool.drain();
  await pool.drain();
  await pool.clear();
  expect(pool.size).toBe(0);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
  await expect(pool.use(() => 1)).rejects.toThrow('pool is draining');
});

test('numbers come as text as well, and other things are refused', () => {
  const things = new Things();
  expect(createPool(things, { max: '7' as never, acquireTimeoutMillis: '20' as never }).max).toBe(7);
  const bad: [object, string][] = [
    [{ acquireTimeoutMillis: -5 }, 'acquireTimeoutMillis must be a positive number, got -5'],
    [{ destroyTimeoutMillis: Number.NaN }, 'destroyTimeoutMillis must be a positive number, got NaN'],
    [{ createErrors: 'keep' }, "createErrors must be one of 'reject', 'retry', got 'keep'"],
    [{ name: 'a\nb' }, 'name must be a string'],
  ];
  for (const [options, message] of bad) expect(() => createPool(things, options)).toThrow(message);
  expect(() => createPool(undefined as never)).toThrow(TypeError);
  expect(() => createPool(null as never)).toThrow(TypeError);
});

test('may be imported as a whole', () => {
  expect(genericPool.createPool).toBe(createPool);
});

test('counts under its name, as every pool does', async () => {
  const meter = new RecordingMeter();
  const pool = createPool(new Things(), { max: 2, name: 'legacy', meter });
  await pool.release(await pool.acquire());
  expect(meter.value('xc_pool_resources', ['legacy', 'idle'])).toBe(1);
});
