import type { Lock, LockLease } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import { expect, expectTypeOf, test } from 'vitest';
import {
  type AcquireOptions,
  createLocks,
  fencedUpdate,
  type Leadership,
  type LockClaim,
  type LockStore,
  type Locks,
  memoryLockStore,
} from '../src/index.ts';
import { quorumLockStore, redisLockStore } from '../src/redis/index.ts';

test('locks fulfil the interface of core, and so does a semaphore', () => {
  expectTypeOf(createLocks).returns.toEqualTypeOf<Locks>();
  expectTypeOf<Locks>().toExtend<Lock>();
  expectTypeOf<Locks>().toExtend<AsyncDisposable>();
  expectTypeOf<Locks['semaphore']>().returns.toEqualTypeOf<Lock>();
  expectTypeOf<Locks['tryAcquire']>().returns.resolves.toEqualTypeOf<LockLease | undefined>();
  expectTypeOf<Locks['lead']>().returns.toEqualTypeOf<Leadership>();
  expectTypeOf<Leadership>().toExtend<AsyncDisposable & { readonly leading: boolean }>();
  const typed = (locks: Locks) => locks.using('a', async ({ fence }) => fence);
  expectTypeOf(typed).returns.resolves.toEqualTypeOf<bigint>();
  expect(typed).toBeTypeOf('function');
});

test('stores are of one interface, whatever they are made of', () => {
  expectTypeOf(memoryLockStore).returns.toEqualTypeOf<LockStore>();
  expectTypeOf(redisLockStore).parameter(0).toEqualTypeOf<RedisClient>();
  expectTypeOf(quorumLockStore).parameter(0).toEqualTypeOf<readonly RedisClient[]>();
  expectTypeOf(redisLockStore).returns.toEqualTypeOf<LockStore>();
  expectTypeOf<LockStore['release']>().parameter(0).toEqualTypeOf<LockClaim>();
});

test('options cannot be changed, and wrong ones do not compile', () => {
  const wrong = (locks: Locks, options: AcquireOptions) => {
    // @ts-expect-error: read only
    options.ttlMs = 5;
    // @ts-expect-error: milliseconds are a number
    void locks.acquire('a', { ttlMs: '10s' });
    // @ts-expect-error: the fence of a lease is a bigint
    fencedUpdate({ table: 't', set: { a: 1 }, where: { id: 1 }, fence: 1 });
  };
  expect(wrong).toBeTypeOf('function');
});
