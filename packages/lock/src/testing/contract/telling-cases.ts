import assert from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import type { LockStoreCase } from '../lock-store-fixture.ts';
import { LONG_MS, PAST_SHORT_MS, SHORT_MS, StoreProbe } from '../store-probe.ts';

/** What it tells of a name. */
export const tellingCases: readonly LockStoreCase[] = [
  {
    name: 'tells how long a name is taken, and that it is free',
    async run({ store, pass }) {
      const probe = new StoreProbe(store);
      const [lock, permit] = [probe.claim({ ttlMs: SHORT_MS }), probe.claim({ permits: 1, ttlMs: LONG_MS })];
      for (const claim of [lock, permit]) assert.equal(await store.busyMs(claim), 0);
      for (const claim of [lock, permit]) await probe.fence(claim);
      const busyMs = await store.busyMs(probe.claim({ permits: 1 }));
      assert.ok(busyMs > 0 && busyMs <= LONG_MS, `busy for ${busyMs} ms`);
      await pass(PAST_SHORT_MS);
      assert.equal(await store.busyMs(probe.claim()), 0);
      assert.equal(await store.release(permit), true);
      assert.equal(await store.busyMs(permit), 0);
    },
  },
  {
    name: 'knows nothing of a name at first, then how far it has come',
    async run({ store }) {
      const probe = new StoreProbe(store);
      assert.equal(await store.inspect(probe.name), undefined);
      const claim = probe.claim();
      const fence = await probe.fence(claim);
      const held = await store.inspect(probe.name);
      assert.deepEqual([held?.held, held?.fence, held?.waiters], [true, fence, 0]);
      assert.ok((held?.ttlLeftMs ?? 0) > 0 && (held?.ttlLeftMs ?? 0) <= LONG_MS);
      await store.release(claim);
      assert.deepEqual(await store.inspect(probe.name), { held: false, fence, ttlLeftMs: 0, waiters: 0 });
    },
  },
  {
    name: 'takes a name from whoever holds it, by force',
    async run({ store }) {
      const probe = new StoreProbe(store);
      const claim = probe.claim();
      const fence = await probe.fence(claim);
      assert.equal(await store.forceRelease(probe.name), true);
      assert.equal(await store.forceRelease(probe.name), false);
      assert.equal(await store.renew(claim, fence), false);
      await probe.fence(probe.claim());
    },
  },
  {
    name: 'counts those who watch, until they leave',
    async run({ store }) {
      const probe = new StoreProbe(store);
      await probe.fence(probe.claim());
      const counted = (waiters: number) =>
        eventually(async () => (await store.inspect(probe.name))?.waiters === waiters);
      const subscription = await store.watch(probe.name, () => {});
      assert.ok(await counted(1), 'one that watches must be counted');
      await subscription.close();
      assert.ok(await counted(0), 'one that has left must not be counted');
    },
  },
  {
    name: 'wakes those who watch when somebody releases, until they leave',
    async run({ store }) {
      const probe = new StoreProbe(store);
      let woken = 0;
      const subscription = await store.watch(probe.name, () => {
        woken += 1;
      });
      for (const permits of [undefined, 2]) {
        const claim = probe.claim({ permits });
        await probe.fence(claim);
        woken = 0;
        await store.release(claim);
        assert.ok(await eventually(() => woken > 0), 'a release must wake');
      }
      await probe.fence(probe.claim());
      woken = 0;
      await store.forceRelease(probe.name);
      assert.ok(await eventually(() => woken > 0), 'force must wake');
      await subscription.close();
      const [last, other] = [probe.claim(), new StoreProbe(store)];
      await probe.fence(last);
      woken = 0;
      await store.release(last);
      // Whoever still watches hears of a later release after the earlier one.
      const witness = await store.watch(other.name, () => {});
      await witness.close();
      assert.equal(woken, 0);
    },
  },
];
