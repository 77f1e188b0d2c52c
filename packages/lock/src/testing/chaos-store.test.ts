import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryLockStore } from '../memory-store.ts';
import { chaosLockStore } from './chaos-store.ts';
import { lockStoreContract } from './lock-store-contract.ts';

test.for(lockStoreContract)('with nothing in the plan: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  const store = chaosLockStore(memoryLockStore({ clock }), { random: new SeededRandom(1), clock });
  return run({ store, pass: (ms) => clock.advance(ms) });
});

const claim = { name: 'a', owner: 'x', ttlMs: 60_000, permits: undefined };

test('does not ask, or asks and loses the answer', async () => {
  const inner = memoryLockStore();
  const random = new SeededRandom(1);
  const unavailable = { code: 'XC_LOCK_UNAVAILABLE' };
  await expect(chaosLockStore(inner, { failing: 1, random }).acquire(claim)).rejects.toMatchObject(unavailable);
  expect(await inner.inspect('a')).toBeUndefined();
  await expect(chaosLockStore(inner, { losing: 1, random }).acquire(claim)).rejects.toMatchObject(unavailable);
  expect(await inner.inspect('a')).toMatchObject({ held: true });
});

test('answers late, and tells nobody of a release', async () => {
  const clock = new ManualClock();
  const inner = memoryLockStore({ clock });
  const store = chaosLockStore(inner, { delayMs: 100, deaf: 1, random: { next: () => 0.5 }, clock });
  let woken = 0;
  const watching = store.watch('a', () => {
    woken += 1;
  });
  let isAnswered = false;
  const answer = Promise.resolve(store.acquire(claim)).finally(() => {
    isAnswered = true;
  });
  await clock.advance(49);
  expect(isAnswered).toBe(false);
  await clock.advance(100);
  expect((await answer).granted).toBe(true);
  await watching;
  await inner.release(claim);
  expect(woken).toBe(0);
});

const random = new SeededRandom(1);

test.for([undefined, null, {}, { acquire() {} }])('refuses the store %j', (store) => {
  expect(() => chaosLockStore(store as never, { random })).toThrow(/^store must be a store/);
});

test.for<object>([
  {},
  { failing: 2, random },
  { losing: -1, random },
  { delayMs: Number.NaN, random },
  { dead: 1, random },
])('refuses the plan %j', (plan) => {
  expect(() => chaosLockStore(memoryLockStore(), plan as never)).toThrow(/random|failing|losing|delayMs|dead/);
});
