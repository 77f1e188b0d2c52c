import assert from 'node:assert/strict';
import { call, entryOf, MAX_BYTES, on, type Part, type TierCase } from './tier-case.ts';

/** Versions of groups grow, are lost together, and are what a value is stamped with. */
export const groupCases: readonly TierCase[] = [
  on('gives groups one version, above all others', async (part) => {
    const first = await part.raise(['ta', 'tb']);
    assert.deepEqual(first.versions, [first.latest, first.latest]);
    const known = await part.space.groups(['tb', 'td', 'ta'], call);
    assert.deepEqual(known.versions, [first.latest, 0n, first.latest]);
    const second = await part.raise(['tb'], first.latest + 1_000_000_000n);
    assert.ok(second.latest > first.latest + 1_000_000_000n);
    const third = await part.raise(['tc']);
    assert.ok(third.latest > second.latest);
    const { versions, latest } = await part.space.groups(['ta', 'tb', 'tc', 'td'], call);
    assert.deepEqual(versions, [first.latest, second.latest, third.latest, 0n]);
    assert.equal(latest, third.latest);
  }),
  on('collapses the oldest groups into the floor', async (part) => {
    const first = await part.raise(['t0'], 0n, 5);
    for (let n = 1; n < 20; n++) await part.raise([`t${n}`], 0n, 5);
    const { floor, versions } = await part.space.groups(['t0', 't19'], call);
    assert.ok(floor >= first.latest, 'of the oldest only the floor tells');
    assert.ok((versions[1] as bigint) > 0n && floor < (versions[1] as bigint), 'the newest is kept exactly');
  }),
  on('keeps the lengths of all prefixes that it was told of', async (part) => {
    await part.space.raise({ ids: ['p/ab'], lengths: [2], above: 0n, maxLive: 10 }, call);
    const raised = await part.space.raise({ ids: ['p/abc', 'p/ab'], lengths: [3, 2], above: 0n, maxLive: 10 }, call);
    await part.raise(['ta']);
    for (const { lengths } of [raised, await part.space.groups([], call), await facts(part)]) {
      assert.deepEqual([...lengths].sort(), [2, 3]);
    }
  }),
  on('says what is known of all groups beside a read, and begins anew where nothing is', async (part) => {
    const before = await facts(part);
    assert.ok(before.latest > 0n && before.floor > 0n);
    const { latest } = await part.raise(['ta']);
    const after = await facts(part);
    assert.ok(after.latest > before.latest);
    assert.deepEqual([after.latest, after.floor], [latest, before.floor]);
  }),
  on('stamps a fill with what was known before its load', async (part) => {
    const before = await part.raise(['ta']);
    const fence = await part.fence('/k');
    await part.raise(['ta']);
    const fill = { ...part.fillOf('/k', entryOf('OLD', { tags: ['a'] }), fence), stamp: before.latest };
    const [written] = await part.space.fill([fill], call);
    assert.ok(written?.state === 'stored' && written.stamp === before.latest);
    assert.equal(await stampOf(part, '/k'), before.latest);
  }),
  on('stamps a set with the version it is given, or with the latest there is', async (part, { twin }) => {
    const set = { key: '/k', entry: entryOf(1), maxBytes: MAX_BYTES } as const;
    const before = await part.raise(['ta']);
    await part.space.set([{ ...set, stamp: 'latest' }], call);
    assert.equal(await stampOf(part, '/k'), before.latest);
    // Raised by another node: this one has not seen it.
    const { latest } = await twin.raise(['ta']);
    const [one, other] = await part.space.set(
      [
        { ...set, stamp: 'latest' },
        { ...set, key: '/l', stamp: before.latest },
      ],
      call,
    );
    assert.ok(one?.state === 'stored' && one.stamp === latest && other?.state === 'stored');
    assert.deepEqual([await stampOf(part, '/k'), await stampOf(part, '/l')], [latest, before.latest]);
  }),
];

async function facts(part: Part) {
  const { groups } = await part.space.read([{ key: '/k', fence: 'none' }], { ...call, latest: true });
  assert.ok(groups !== undefined);
  return groups;
}

async function stampOf(part: Part, key: string): Promise<bigint> {
  const found = await part.read(key);
  assert.ok(found.state === 'hit');
  return found.entry.stamp;
}
