import { currentContext, runInContext } from '@xc/core/context';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createLocks } from './create-locks.ts';

const reentrant = { code: 'XC_LOCK_REENTRANT', details: { name: 'a' } };

test('work under a lock that asks for it again is told at once', async () => {
  const locks = createLocks({ clock: new ManualClock() });
  await locks.using('a', async () => {
    await expect(locks.acquire('a')).rejects.toMatchObject(reentrant);
    await expect(locks.using('a', async () => {})).rejects.toMatchObject(reentrant);
    await expect(locks.acquireAll(['b', 'a'])).rejects.toMatchObject(reentrant);
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await expect(locks.acquire('a', { waitMs: 0 })).rejects.toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    await locks.using('b', () => expect(locks.acquire('a')).rejects.toMatchObject(reentrant));
  });
  expect(await locks.tryAcquire('b')).toBeDefined();
});

test('so is a request that holds it already', async () => {
  const locks = createLocks({ clock: new ManualClock() });
  await runInContext({ correlationId: '1' }, async () => {
    const lease = await locks.acquire('a');
    await expect(locks.acquire('a')).rejects.toMatchObject(reentrant);
    await lease.release();
    const again = await locks.acquire('a');
    await again.release();
    expect(currentContext()?.correlationId).toBe('1');
  });
});

test('another request waits, and so does work beside the work that holds it', async () => {
  const locks = createLocks();
  await runInContext({ correlationId: '1' }, async () => {
    const lease = await locks.acquire('a');
    const other = runInContext({ correlationId: '1' }, () => locks.acquire('a'));
    await lease.release();
    await (await other).release();
    const order: number[] = [];
    const turns = [1, 2].map((turn) => locks.using('a', async () => order.push(turn)));
    await Promise.all(turns);
    expect(order).toEqual([1, 2]);
  });
});

test('whoever asks outside of both waits for itself like for anybody', async () => {
  const clock = new ManualClock();
  const locks = createLocks({ clock });
  await locks.acquire('a');
  const waiting = locks.acquire('a', { waitMs: 10 }).catch((error: unknown) => error);
  await clock.advance(10);
  expect(await waiting).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
});

test('a leader that asks for its own lock is told, and one permit more of a semaphore is no reason to be', async () => {
  const clock = new ManualClock();
  const locks = createLocks({ clock });
  let told: unknown;
  const leadership = locks.lead('a', async () => {
    told = await locks.acquire('a').catch((error: unknown) => error);
  });
  await clock.advance(0);
  expect(told).toMatchObject(reentrant);
  await leadership[Symbol.asyncDispose]();
  await runInContext({ correlationId: '1' }, async () => {
    const permits = locks.semaphore('s', 2);
    await permits.acquire('s');
    await permits.acquire('s');
    await expect(permits.acquire('s')).rejects.toMatchObject({ code: 'XC_LOCK_REENTRANT' });
  });
});
