import assert from 'node:assert/strict';
import type { LockStore } from '../store.ts';

/** One promise of the contract; `run` rejects when the store breaks it. */
export interface LockStorePromise {
  /** The promise as a sentence, to name a test by. */
  readonly name: string;
  /** Holds a fresh store to the promise. */
  run(): Promise<void>;
}

/**
 * What every LockStore promises, for any test runner: `for (const { name, run } of contract) test(name, run)`.
 * @param open - gives a store without any counts.
 */
export function lockStoreContract(open: () => LockStore | Promise<LockStore>): readonly LockStorePromise[] {
  return [
    {
      name: 'counts from one',
      async run() {
        const store = await open();
        assert.equal(await store.increment('a'), 1);
        assert.equal(await store.increment('a'), 2);
        assert.equal(await store.increment('b'), 1);
      },
    },
    {
      name: 'loses no touch of many at once',
      async run() {
        const store = await open();
        const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment('a')));
        assert.deepEqual(
          counts.sort((one, other) => one - other),
          Array.from({ length: 50 }, (_, index) => index + 1),
        );
      },
    },
  ];
}
