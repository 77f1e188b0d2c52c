import { systemClock } from '@xc/core';
import type { LimitStore } from '../../src/index.ts';
import type { LimitStoreFixture } from '../../src/testing/index.ts';

/** A store as the tests see it on a busy machine: calls that nobody set a deadline for may take their time. */
export function patient(store: LimitStore): LimitStore {
  return { ...store, apply: (step, call) => store.apply(step, { deadlineMs: 20_000, ...call }) };
}

/** Time passes by itself. A timer may fire a fraction of a millisecond early. */
export function realFixture(store: LimitStore): LimitStoreFixture {
  return { store: patient(store), clock: systemClock, pass: (ms) => systemClock.sleep(ms + 1) };
}
