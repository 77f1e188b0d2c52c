import assert from 'node:assert/strict';
import { call, entryOf, MAX_BYTES, on, type TierCase } from './tier-case.ts';

/** Each two that follow one another are taken for one by some medium. */
const TWINS: readonly (readonly [string, string])[] = [
  ['/{a}b', '/{a}c'],
  ['/}', '/{}'],
  ['/*', '/[x]'],
  ['/k', '/K'],
  ['/l', '/l '],
  ['/ m', '/m'],
  ['/n\n', '/n'],
  ['/o\u0000a', '/o\u0000b'],
  ['/é', '/e\u0301'],
  ['/ß', '/ss'],
  ['/__proto__', '/constructor'],
  ['a:b/k', 'a/b:k'],
  ['ns/k', 'NS/k'],
  [`/${'x'.repeat(1_000)}1`, `/${'x'.repeat(1_000)}2`],
];
const keys = TWINS.flat();

/** Keys and groups are compared exactly, and caches of different names never meet. */
export const keyCases: readonly TierCase[] = [
  on('keeps keys apart, whatever is in them', async (part) => {
    const sets = keys.map((key, n) => ({ key, entry: entryOf(n), stamp: 'latest', maxBytes: MAX_BYTES }) as const);
    await part.space.set(sets, call);
    const values = async () =>
      (await part.readAll(keys)).map((found) => (found.state === 'hit' ? found.entry.value : found.state));
    assert.deepEqual(await values(), [...keys.keys()]);
    const fences = await Promise.all(keys.map((key) => part.fence(key)));
    await part.space.drop(
      TWINS.map(([key]) => ({ key, soft: false })),
      call,
    );
    const left = [...keys.keys()].map((n) => (n % 2 === 0 ? 'miss' : n));
    assert.deepEqual(await values(), left);
    const fills = keys.map((key, n) => part.fillOf(key, entryOf('filled'), fences[n] as string));
    const filled = await part.space.fill(fills, call);
    const states = [...keys.keys()].map((n) => (n % 2 === 0 ? 'refused' : 'stored'));
    assert.deepEqual(
      filled.map(({ state }) => state),
      states,
    );
  }),
  on('keeps the once-records of keys apart', async ({ space }) => {
    for (const key of keys) {
      const ask = { key, owner: key, leaseMs: 60_000, ttlMs: 60_000, onCrash: 'rerun' } as const;
      assert.equal((await space.onceBegin(ask, call)).state, 'run', key);
    }
  }),
  on('keeps groups apart, whatever is in them', async (part) => {
    const ids = ['ta', 'tA', 'ta ', 'tä', 'ta\u0308', 't{a}', 'pa'];
    await part.raise(['t']);
    for (const [index, id] of ids.entries()) {
      const { latest } = await part.raise([id]);
      const { versions } = await part.space.groups(ids, call);
      assert.equal(versions[index], latest);
      assert.ok(
        versions.every((version, at) => at <= index === version > 0n),
        id,
      );
    }
  }),
  on('keeps caches of other names apart', async (part, { other }) => {
    await part.set('/k', entryOf(1));
    assert.equal(await other.value('/k'), undefined);
    await other.set('/k', entryOf(2));
    const fence = await part.fence('/k');
    await other.drop('/k');
    await other.raise(['ta']);
    const before = await part.raise(['tb']);
    assert.deepEqual((await part.space.groups(['ta', 'tb'], call)).versions, [0n, before.latest]);
    assert.equal((await part.fill('/k', entryOf(3), fence)).state, 'stored');
    const ask = { key: '/k', owner: 'a', leaseMs: 60_000, ttlMs: 60_000, onCrash: 'rerun' } as const;
    for (const { space } of [part, other]) assert.equal((await space.onceBegin(ask, call)).state, 'run');
    await other.space.purge({});
    assert.equal(await part.value('/k'), 3);
  }),
  on('shows caches of one name the same', async (part, { twin }) => {
    await part.set('/k', entryOf(1));
    assert.equal(await twin.value('/k'), 1);
    const fence = await twin.fence('/k');
    await part.drop('/k');
    assert.equal((await twin.fill('/k', entryOf(2), fence)).state, 'refused');
    const { latest } = await twin.raise(['ta']);
    assert.deepEqual((await part.space.groups(['ta'], call)).versions, [latest]);
  }),
];
