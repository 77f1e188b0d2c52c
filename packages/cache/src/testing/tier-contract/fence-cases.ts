import assert from 'node:assert/strict';
import { call, entryOf, MAX_BYTES, on, type TierCase } from './tier-case.ts';

/** Nothing that was loaded before a change is stored after it. */
export const fenceCases: readonly TierCase[] = [
  on('stores a fill whose fence stands', async (part) => {
    const found = await part.read('/k', 'miss');
    assert.ok(found.state === 'miss' && found.fence !== undefined);
    assert.equal((await part.fill('/k', entryOf(1), found.fence)).state, 'stored');
    assert.equal(await part.value('/k'), 1);
    const fresh = await part.read('/k', 'miss');
    assert.ok(fresh.state === 'hit' && fresh.fence === undefined, 'what is fresh leaves no fence');
    const plain = await part.read('/none');
    assert.ok(plain.state === 'miss' && plain.fence === undefined, 'nor does a read that asks for none');
  }),
  on('shares a fence that stands', async (part, { twin }) => {
    for (const [key, later] of [
      ['/first', false],
      ['/second', true],
    ] as const) {
      const fences = [await part.fence(key), await twin.fence(key)] as const;
      const written = await part.fill(key, entryOf(1), fences[later ? 1 : 0]);
      assert.equal(written.state, 'stored', 'whoever reads takes the fence of nobody who read before');
    }
  }),
  on('leaves a fence where what is found is stale', async (part) => {
    await part.set('/k', entryOf(1, { graceMs: 60_000 }));
    await part.drop('/k', true);
    const found = await part.read('/k', 'miss');
    assert.ok(found.state === 'hit' && found.fence !== undefined);
    assert.equal((await part.fill('/k', entryOf(2), found.fence)).state, 'stored');
    assert.equal(await part.value('/k'), 2);
  }),
  on('refuses a fill after a drop, an expiry or a set in between', async (part) => {
    const changes = [() => part.drop('/k'), () => part.drop('/k', true), () => part.set('/k', entryOf('set'))];
    for (const change of changes) {
      const fence = await part.fence('/k');
      await change();
      assert.equal((await part.fill('/k', entryOf('late'), fence)).state, 'refused');
      const again = await part.fence('/k');
      assert.notEqual(again, fence);
      assert.equal((await part.fill('/k', entryOf('late'), fence)).state, 'refused');
    }
    assert.equal(await part.value('/k'), 'set');
  }),
  on('refuses a fill after a change in a batch', async (part) => {
    const keys = ['/a', '/b', '/c'];
    const entry = entryOf('set');
    const changes = [
      () =>
        part.space.drop(
          keys.map((key) => ({ key, soft: false })),
          call,
        ),
      () =>
        part.space.drop(
          keys.map((key) => ({ key, soft: true })),
          call,
        ),
      () =>
        part.space.set(
          keys.map((key) => ({ key, entry, stamp: 'latest', maxBytes: MAX_BYTES }) as const),
          call,
        ),
    ];
    for (const change of changes) {
      const fences = await Promise.all(keys.map((key) => part.fence(key)));
      await change();
      const fills = keys.map((key, n) => part.fillOf(key, entryOf('late'), fences[n] as string));
      const filled = await part.space.fill(fills, call);
      assert.ok(filled.every(({ state }) => state === 'refused'));
    }
  }),
  on('refuses a fill without a fence', async (part) => {
    assert.equal((await part.fill('/never', entryOf(1), '12345')).state, 'refused');
    const fence = await part.fence('/other');
    assert.equal((await part.fill('/never', entryOf(1), fence)).state, 'refused');
    assert.equal((await part.read('/never')).state, 'miss');
  }),
];
