import assert from 'node:assert/strict';
import type { LockStoreCase } from '../lock-store-fixture.ts';
import { HOUR_MS, LONG_MS, PAST_SHORT_MS, SHORT_MS, StoreProbe } from '../store-probe.ts';

/** So many at a time. */
export const permitCases: readonly LockStoreCase[] = [
  {
    name: 'grants as many permits as there are, and one more for each that comes back',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claims = Array.from({ length: 3 }, () => probe.claim({ permits: 3 }));
      const fences: bigint[] = [];
      for (const claim of claims) fences.push(await probe.fence(claim));
      assert.equal(new Set(fences).size, 3);
      const retryMs = await probe.refused(probe.claim({ permits: 3 }));
      assert.ok(retryMs > 0 && retryMs <= LONG_MS, `taken for ${retryMs} ms`);
      assert.equal(await store.release(probe.claim({ permits: 3 })), false);
      assert.equal(await store.release(claims[1] as (typeof claims)[1]), true);
      await probe.fence(probe.claim({ permits: 3 }));
      await probe.refused(probe.claim({ permits: 3 }));
    },
  },
  {
    name: 'takes a permit back that runs out, and lets its late owner do nothing more',
    async run({ store, pass }) {
      const probe = new StoreProbe(store);
      const late = probe.claim({ permits: 2, ttlMs: SHORT_MS });
      const fence = await probe.fence(late);
      const renewed = probe.claim({ permits: 2 });
      assert.equal(await store.renew(renewed, await probe.fence(renewed)), true);
      await pass(PAST_SHORT_MS);
      assert.equal(await store.renew(late, fence), false);
      assert.ok((await probe.fence(probe.claim({ permits: 2 }))) > fence);
      await probe.refused(probe.claim({ permits: 2 }));
      assert.equal(await store.release(late), false);
      await probe.refused(probe.claim({ permits: 2 }));
    },
  },
  {
    name: 'keeps a permit for as long as its claim says, and from a renewal on for as long as that says',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim({ permits: 1, ttlMs: HOUR_MS });
      const fence = await probe.fence(claim);
      await probe.takenFor(HOUR_MS, 1);
      assert.equal(await store.renew(claim, fence), true);
      await probe.takenFor(HOUR_MS, 1);
      assert.equal(await store.release(claim), true);
    },
  },
  {
    name: 'keeps a lock and a semaphore of one name apart',
    async run({ store }) {
      const probe = new StoreProbe(store);
      await probe.fence(probe.claim());
      await probe.fence(probe.claim({ permits: 1 }));
      await probe.refused(probe.claim());
      await probe.refused(probe.claim({ permits: 1 }));
    },
  },
];
