import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { changed } from '../../test/changed-store.ts';
import { memoryLockStore } from '../memory-store.ts';
import type { LockClaim, LockStore } from '../store.ts';
import { lockStoreContract } from './lock-store-contract.ts';

const lasting = (claim: LockClaim, share: number): LockClaim => ({ ...claim, ttlMs: claim.ttlMs * share });
const cut = (claim: LockClaim, length: number): LockClaim => ({ ...claim, name: claim.name.slice(0, length) });

/** Stores that break a promise, each in one way. */
const broken: readonly (readonly [what: string, breakIt: (store: LockStore) => Partial<LockStore>])[] = [
  ['frees locks after half of their time', (store) => ({ acquire: (claim) => store.acquire(lasting(claim, 0.5)) })],
  ['frees locks a little early', (store) => ({ acquire: (claim) => store.acquire(lasting(claim, 0.9)) })],
  [
    'frees permits after half of their time',
    (store) => ({ acquire: (claim) => store.acquire(claim.permits === undefined ? claim : lasting(claim, 0.5)) }),
  ],
  [
    'prolongs by half of what it should',
    (store) => ({ renew: (claim, fence) => store.renew(lasting(claim, 0.5), fence) }),
  ],
  [
    'grants a lock to its owner again',
    (store) => ({
      async acquire(claim) {
        const answer = await store.acquire(claim);
        return !answer.granted && (await store.renew(claim, 0n)) ? { granted: true, fence: 10n ** 18n } : answer;
      },
    }),
  ],
  ['prolongs for too long', (store) => ({ renew: (claim, fence) => store.renew(lasting(claim, 3), fence) })],
  ...[100, 200, 255].map((length) => {
    const breakIt = (store: LockStore): Partial<LockStore> => ({
      acquire: (claim) => store.acquire(cut(claim, length)),
      release: (claim) => store.release(cut(claim, length)),
      busyMs: (claim) => store.busyMs(cut(claim, length)),
      inspect: (name) => store.inspect(name.slice(0, length)),
    });
    return [`cuts names at ${length} bytes`, breakIt] as const;
  }),
];

test.for(broken)('finds a store out that %s', async ([, breakIt]) => {
  const outcomes = lockStoreContract.map(({ run }) => {
    const clock = new ManualClock(1_700_000_000_000);
    const store = memoryLockStore({ clock });
    return run({ store: changed(store, breakIt(store)), pass: (ms) => clock.advance(ms) });
  });
  const kept = await Promise.allSettled(outcomes);
  expect(kept.some(({ status }) => status === 'rejected')).toBe(true);
});
