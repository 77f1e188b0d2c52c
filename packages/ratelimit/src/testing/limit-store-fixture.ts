import type { Clock } from '@xc/core';
import type { LimitStore } from '../store/limit-store.ts';

/** How the contract sees a store: a fake advances, a real server really waits. */
export interface LimitStoreFixture {
  readonly store: LimitStore;
  /** Passes while `pass` waits; need not be the clock that the store decides by. */
  readonly clock: Clock;
  /** Lets so many milliseconds go by for the store. */
  pass(ms: number): Promise<void>;
}

/** One promise that every store keeps. */
export interface LimitStoreCase {
  /** As a sentence, to name a test by. */
  readonly name: string;
  /**
   * Holds a store to the promise. Uses keys of its own, so that many cases may share one store.
   * @throws AssertionError when the store breaks it.
   */
  run(fixture: LimitStoreFixture): Promise<void>;
}
