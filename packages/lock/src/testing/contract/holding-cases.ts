import assert from 'node:assert/strict';
import type { LockStoreCase } from '../lock-store-fixture.ts';
import { HOUR_MS, LONG_MS, PAST_SHORT_MS, SHORT_MS, StoreProbe } from '../store-probe.ts';

/** One holder at a time, and nobody else's lock. */
export const holdingCases: readonly LockStoreCase[] = [
  {
    name: 'grants a name once, not even to its owner again, and tells the others how long it is taken at most',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim();
      await probe.fence(claim);
      await probe.refused(claim);
      const retryMs = await probe.refused(probe.claim());
      assert.ok(retryMs > 0 && retryMs <= LONG_MS, `taken for ${retryMs} ms`);
    },
  },
  {
    name: 'grants one of many claims at once',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const answers = await Promise.all(Array.from({ length: 20 }, () => probe.acquire(probe.claim())));
      assert.equal(answers.filter(({ granted }) => granted).length <= 1, true);
      if (answers.every(({ granted }) => !granted)) assert.ok(answers.some((answer) => 'contended' in answer));
    },
  },
  {
    name: 'frees a lock for its owner, once, and for nobody else',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim();
      await probe.fence(claim);
      assert.equal(await store.release(probe.claim()), false);
      await probe.refused(probe.claim());
      assert.equal(await store.release(claim), true);
      assert.equal(await store.release(claim), false);
      await probe.fence(probe.claim());
    },
  },
  {
    name: 'frees a lock that runs out, and lets its late owner neither free nor prolong it',
    async run({ store, pass }) {
      const probe = new StoreProbe(store);
      const late = probe.claim({ ttlMs: SHORT_MS });
      const fence = await probe.fence(late);
      await pass(PAST_SHORT_MS);
      assert.equal(await store.renew(late, fence), false);
      const next = probe.claim();
      await probe.fence(next);
      assert.equal(await store.renew(late, fence), false);
      assert.equal(await store.release(late), false);
      await probe.refused(probe.claim());
      assert.equal(await store.release(next), true);
    },
  },
  {
    name: 'keeps a lock for as long as its claim says, and from a renewal on for as long as that says',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim({ ttlMs: HOUR_MS });
      const fence = await probe.fence(claim);
      await probe.takenFor(HOUR_MS);
      assert.equal(await store.renew(claim, fence), true);
      await probe.takenFor(HOUR_MS);
      assert.equal(await store.renew({ ...claim, ttlMs: 2 * HOUR_MS }, fence), true);
      await probe.takenFor(2 * HOUR_MS);
      assert.equal(await store.release(claim), true);
    },
  },
  {
    name: 'prolongs a lock for its owner',
    async run({ store, pass }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim({ ttlMs: 10 * SHORT_MS });
      const fence = await probe.fence(claim);
      assert.equal(await store.renew({ ...claim, ttlMs: LONG_MS }, fence), true);
      await pass(11 * SHORT_MS);
      await probe.refused(probe.claim());
      assert.equal(await store.release(claim), true);
    },
  },
  {
    name: 'gives greater fences after a release, after a lease ran out, and after force',
    async run({ store, pass }) {
      const probe = new StoreProbe(store);
      const fences: bigint[] = [];
      const released = probe.claim();
      fences.push(await probe.fence(released));
      await store.release(released);
      fences.push(await probe.fence(probe.claim({ ttlMs: SHORT_MS })));
      await pass(PAST_SHORT_MS);
      fences.push(await probe.fence(probe.claim()));
      await store.forceRelease(probe.name);
      fences.push(await probe.fence(probe.claim()));
      for (const [index, fence] of fences.slice(1).entries()) assert.ok(fence > (fences[index] as bigint));
    },
  },
  {
    name: 'gives none of the fences up to one that it was told of',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim();
      const told = (await probe.fence(claim)) + 1_000_000_000n;
      assert.equal(await store.renew(claim, told), true);
      assert.equal(await store.renew(claim, told - 5n), true);
      await store.release(claim);
      assert.ok((await probe.fence(probe.claim())) > told);
    },
  },
];
