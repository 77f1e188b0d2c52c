import type { LockStore } from '../store.ts';

/** How the contract sees a store: a fake advances, a real server really waits. */
export interface LockStoreFixture {
  readonly store: LockStore;
  /** Lets so many milliseconds go by for the store. */
  pass(ms: number): Promise<void>;
}

/** One promise that every store keeps. */
export interface LockStoreCase {
  /** As a sentence, to name a test by. */
  readonly name: string;
  /**
   * Holds a store to the promise. Uses names of its own, so that many cases may share one store.
   * @throws AssertionError when the store breaks it.
   */
  run(fixture: LockStoreFixture): Promise<void>;
}
