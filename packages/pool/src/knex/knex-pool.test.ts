import { expect, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import type { PoolOptions } from '../pool-options.ts';
import { type FakeResource, fakeFactory } from '../testing/fake-factory.ts';
import { knexPool } from './index.ts';

const given = (options: PoolOptions<FakeResource> = {}) => {
  const factory = fakeFactory();
  const pool = createPool(factory, options);
  return { factory, pool, shaped: knexPool(pool) };
};

test('has the methods and figures of tarn', async () => {
  const { shaped } = given({ max: 1 });
  expect(shaped.isEmpty()).toBe(true);
  const connection = await shaped.acquire().promise;
  const waiting = shaped.acquire();
  expect([shaped.numUsed(), shaped.numFree(), shaped.numPendingAcquires()]).toEqual([1, 0, 1]);
  expect([shaped.numPendingCreates(), shaped.numPendingValidations()]).toEqual([0, 0]);
  expect(shaped.release(connection)).toBe(true);
  expect(await waiting.promise).toBe(connection);
  expect(shaped.isEmpty()).toBe(false);
  expect(shaped.release(connection)).toBe(true);
  expect([shaped.numUsed(), shaped.numFree()]).toEqual([0, 1]);
});

test('refuses what is idle, foreign, or returned twice', async () => {
  const { shaped, pool } = given();
  const connection = await shaped.acquire().promise;
  expect(shaped.release({ ...connection })).toBe(false);
  expect(shaped.release(connection)).toBe(true);
  expect(shaped.release(connection)).toBe(false);
  expect(pool.stats()).toMatchObject({ inUse: 0, misuse: 0 });
});

test('an aborted request waits no more', async () => {
  const { shaped, pool } = given({ max: 1 });
  const connection = await shaped.acquire().promise;
  const waiting = shaped.acquire();
  waiting.abort();
  await expect(waiting.promise).rejects.toThrow('aborted');
  expect(shaped.numPendingAcquires()).toBe(0);
  shaped.release(connection);
  expect(pool.stats().idle).toBe(1);
});

test('tells of requests and returns, to who can take it', async () => {
  const { shaped, factory } = given({ max: 1 });
  const told: unknown[] = [];
  const names = ['acquireRequest', 'acquireSuccess', 'acquireFail', 'release', 'poolDestroyRequest'] as const;
  for (const name of [...names, 'poolDestroySuccess'] as const) {
    shaped.on(name, () => {
      throw new Error('of a listener');
    });
    shaped.on(name, (...facts: never[]) => told.push([name, ...facts]));
  }
  const gone = () => told.push('gone');
  shaped.on('release', gone);
  shaped.removeListener('release', gone);
  const connection = await shaped.acquire().promise;
  shaped.release(connection);
  factory.failCreates(new Error('down'));
  await shaped.destroy();
  const refused = shaped.acquire();
  await expect(refused.promise).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
  expect(told).toEqual([
    ['acquireRequest', 1],
    ['acquireSuccess', 1, connection],
    ['release', connection],
    ['poolDestroyRequest', 2],
    ['poolDestroySuccess', 2],
  ]);
  expect(() => shaped.on('createSuccess' as never, gone)).toThrow(TypeError);
  expect(() => shaped.on('release', undefined as never)).toThrow('listener must be a function, got undefined');
  shaped.removeAllListeners('release');
  shaped.removeAllListeners();
});

test('an error that is no timeout stays as it is', async () => {
  const { shaped, factory } = given();
  const down = new Error('down');
  factory.failCreates(down);
  await expect(shaped.acquire().promise).rejects.toMatchObject({ code: 'XC_POOL_CREATE', cause: down });
});

test('refuses what is no pool', () => {
  expect(() => knexPool(undefined as never)).toThrow(new TypeError('pool must be an object, got undefined'));
  expect(() => knexPool({} as never)).toThrow(new TypeError('pool.acquire must be a function, got undefined'));
});
