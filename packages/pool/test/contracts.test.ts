import { XcError } from '@xc/core';
import { describe, expect, test } from 'vitest';
import { createKeyedPool, createPool, type PoolStats } from '../src/index.ts';
import { type FakeResource, fakeFactory, type MakeContractPool, poolContract } from '../src/testing/index.ts';

describe('the engine keeps the pool contract', () => {
  for (const { name, run } of poolContract((factory, options) => createPool(factory, options))) test(name, run);
});

describe('a keyed pool keeps the pool contract with one key', () => {
  // To try is no part of a keyed pool.
  for (const { name, run } of poolContract(oneKey)) if (!name.startsWith('tryAcquire')) test(name, run);
});

/** A keyed pool as the pool of its only key. */
const oneKey: MakeContractPool = (factory, options) => {
  const keyed = createKeyedPool(() => factory, options);
  const { capabilities } = createPool<FakeResource>(fakeFactory());
  const nothing = createPool<FakeResource>(fakeFactory(), options).stats();
  const refuse = (capability: string) => () => {
    throw new XcError('XC_POOL_UNSUPPORTED', `a keyed pool has no ${capability}`, { details: { capability } });
  };
  let last: PoolStats = nothing;
  const stats = () => {
    last = keyed.statsOf('only') ?? last;
    return last;
  };
  return {
    name: 'only',
    capabilities: { ...capabilities, resize: false, pause: false },
    acquire: (given) => keyed.acquire('only', given),
    tryAcquire: refuse('tryAcquire'),
    use: (fn, given) => keyed.use('only', fn, given),
    warm: refuse('warm'),
    resize: refuse('resize'),
    pause: refuse('pause'),
    resume: refuse('pause'),
    clear: () => keyed.clear('only'),
    drain: (given) => keyed.drain(given),
    stats,
    leases: () => [],
    diagnose: refuse('diagnose'),
    on: () => () => {},
    [Symbol.asyncDispose]: () => keyed[Symbol.asyncDispose](),
  };
};

test('the contract finds a pool that lends one resource twice', async () => {
  const cases = poolContract((factory, options) => {
    const pool = createPool(factory, { ...options, max: 10 });
    return pool;
  });
  const failed = await Promise.all(
    cases.map(({ run }) =>
      run().then(
        () => false,
        () => true,
      ),
    ),
  );
  expect(failed.filter(Boolean).length).toBeGreaterThan(3);
});
