import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryLockStore } from './memory-store.ts';
import { lockStoreContract } from './testing/lock-store-contract.ts';

test.for(lockStoreContract)('in memory: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  return run({ store: memoryLockStore({ clock }), pass: (ms) => clock.advance(ms) });
});

const claim = { name: 'a', owner: 'x', ttlMs: 1_000, permits: undefined };

test('gives greater fences though the wall clock is set back by an hour', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const store = memoryLockStore({ clock });
  const fences: bigint[] = [];
  for (const step of [0, -3_600_000, 3_600_000, -1]) {
    clock.set(clock.now() + step);
    const answer = await store.acquire(claim);
    if (answer.granted) fences.push(answer.fence);
    await store.release(claim);
  }
  expect(fences).toEqual([...new Set(fences)].sort((one, other) => Number(one - other)));
  expect(fences).toHaveLength(4);
});

test('forgets names that nobody holds, and none that somebody does', async () => {
  const store = memoryLockStore();
  await store.acquire({ ...claim, name: 'held', ttlMs: 60_000 });
  for (let index = 0; index < 30_000; index += 1) {
    const passing = { ...claim, name: `passing ${index}` };
    await store.acquire(passing);
    await store.release(passing);
  }
  expect(await store.inspect('passing 0')).toBeUndefined();
  expect((await store.inspect('held'))?.held).toBe(true);
});

test.each([[{ clock: 5 }], [{ klock: 1 }], [null]])('refuses %j', (options) => {
  expect(() => memoryLockStore(options as never)).toThrow(TypeError);
});
