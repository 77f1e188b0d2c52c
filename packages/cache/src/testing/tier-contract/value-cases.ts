import assert from 'node:assert/strict';
import type { TierEntry } from '../../tier/tier-entry.ts';
import type { TierFound } from '../../tier/tier-read.ts';
import type { TierWritten } from '../../tier/tier-write.ts';
import { call, entryOf, MAX_BYTES, on, type Part, type TierCase } from './tier-case.ts';

const VALUE = { deep: [1, 'two', null, { é: '\u{1f600}' }] };
const FACTS = {
  tags: ['a', 'b'],
  meta: { etag: 'x' },
  loadMs: 12,
  graceMs: 1_000,
  maxAgeMs: 120_000,
  slideMs: 30_000,
  negative: true,
} as const;

/** What is stored comes back, with what is beside it, for as long as it was given. */
export const valueCases: readonly TierCase[] = [
  on('gives back what was set, with all that is beside it', (part) =>
    givesBack(part, async (entry) => {
      const [written] = await part.space.set([{ key: '/k', entry, stamp: 'latest', maxBytes: MAX_BYTES }], call);
      return written;
    }),
  ),
  on('gives back what was filled, with all that is beside it', (part) =>
    givesBack(part, async (entry) => part.fill('/k', entry, await part.fence('/k'))),
  ),
  on('says how old a value is', async (part, { pass }) => {
    await part.set('/k', entryOf(1));
    await pass(100);
    const { entry } = hit(await part.read('/k'));
    assert.ok(entry.ageMs >= 90 && entry.ageMs < 60_000, `aged ${entry.ageMs} ms`);
    assert.ok(Math.abs(entry.ageMs + entry.ttlLeftMs - 60_000) <= 2, 'what is over and what is left are all of it');
  }),
  on('answers a batch in its order, and does all of it', async (part) => {
    const keys = Array.from({ length: 150 }, (_, n) => `/k${n}`);
    const sets = keys.map((key, n) => ({ key, entry: entryOf(n), stamp: 'latest', maxBytes: MAX_BYTES }) as const);
    const set = await part.space.set(sets, call);
    const asked = ['/none', ...[...keys].reverse(), '/k0'];
    const found = await part.readAll(asked);
    const all = keys.map((_, n) => n).reverse();
    assert.deepEqual(found.map(valueIn), ['miss', ...all, 0]);
    const versions = found.slice(1, -1).map((one) => hit(one).entry.version);
    assert.deepEqual(set.map(versionIn), versions.reverse());

    const fences = await Promise.all(keys.slice(0, 3).map((key) => part.fence(key)));
    const fills = fences.map((fence, n) => part.fillOf(keys[n] as string, entryOf(`filled ${n}`), fence));
    assert.deepEqual((await part.space.fill(fills, call)).map(stateOf), ['stored', 'stored', 'stored']);
    assert.deepEqual((await part.readAll(keys.slice(0, 4))).map(valueIn), ['filled 0', 'filled 1', 'filled 2', 3]);

    const drops = [...keys.slice(0, 75), '/none'].map((key) => ({ key, soft: false }));
    assert.ok((await part.space.drop(drops, call)).every(({ state }) => state === 'dropped'));
    const left = await part.readAll(keys);
    assert.deepEqual(left.map(valueIn), [
      ...keys.slice(0, 75).map(() => 'miss'),
      ...keys.slice(75).map((_, n) => n + 75),
    ]);
  }),
  on('sends no value that the reader has', async (part) => {
    const version = await part.set('/k', entryOf(1));
    const same = await part.read('/k', 'none', version);
    assert.ok(same.state === 'same' && same.ttlLeftMs > 0 && same.ttlLeftMs <= 60_000 && same.lifeLeftMs <= 60_000);
    await part.set('/k', entryOf(2));
    assert.equal((await part.read('/k', 'none', version)).state, 'hit');
    await part.drop('/k');
    assert.equal((await part.read('/k', 'none', version)).state, 'miss');
  }),
  on('is stale after its time, and gone after its grace', async (part, { pass }) => {
    await part.set('/stale', entryOf(1, { ttlMs: 100, graceMs: 60_000 }));
    await part.set('/dropped', entryOf(1, { ttlMs: 100, graceMs: 60_000 }));
    await part.set('/gone', entryOf(1, { ttlMs: 100, graceMs: 100 }));
    await pass(250);
    const { entry } = hit(await part.read('/stale'));
    assert.ok(entry.ttlLeftMs <= 0 && entry.lifeLeftMs > 0, 'stale, and still there');
    assert.equal((await part.read('/gone')).state, 'miss');
    await part.drop('/dropped');
    assert.equal((await part.read('/dropped')).state, 'miss', 'what is invalidated does not stand in for anything');
  }),
  on('removes a value where it is invalidated, whatever its grace', async (part) => {
    await part.set('/k', entryOf(1, { graceMs: 60_000 }));
    await part.drop('/k');
    assert.equal((await part.read('/k')).state, 'miss');
    await part.set('/k', entryOf(1, { graceMs: 60_000 }));
    await part.drop('/k', true);
    await part.drop('/k');
    assert.equal((await part.read('/k')).state, 'miss');
  }),
  on('makes a value stale where it is expired, and prolongs nothing', async (part, { pass }) => {
    await part.set('/k', entryOf(1, { graceMs: 50_000 }));
    await part.set('/short', entryOf(1, { graceMs: 100 }));
    await part.space.drop(
      ['/k', '/short', '/none'].map((key) => ({ key, soft: true })),
      call,
    );
    const { entry } = hit(await part.read('/k'));
    assert.ok(entry.ttlLeftMs <= 0 && entry.lifeLeftMs > 0 && entry.lifeLeftMs <= 110_000);
    assert.equal((await part.read('/none')).state, 'miss');
    await pass(150);
    assert.equal((await part.read('/short')).state, 'miss');
  }),
  on('gives versions of a key that grow', async (part) => {
    const versions = [await part.set('/k', entryOf(1)), await part.drop('/k'), await part.set('/k', entryOf(2))];
    versions.push(await part.drop('/k', true), await part.drop('/k'));
    for (let index = 1; index < versions.length; index++) {
      assert.ok((versions[index] as bigint) > (versions[index - 1] as bigint), versions.join(' '));
    }
  }),
  on('leaves what it cannot store as it was', async (part) => {
    await part.set('/k', entryOf('short'));
    const fence = await part.fence('/k');
    const long = { key: '/k', entry: entryOf('x'.repeat(2_000)), stamp: 'latest', maxBytes: 1_000 } as const;
    const fill = { ...long, stamp: 0n, fence };
    assert.equal((await part.space.fill([fill], call))[0]?.state, 'too_large');
    assert.equal((await part.space.fill([{ ...fill, entry: entryOf(1n) }], call))[0]?.state, 'unencodable');
    assert.equal((await part.space.set([long], call))[0]?.state, 'too_large');
    assert.equal((await part.space.set([{ ...long, entry: entryOf(1n) }], call))[0]?.state, 'unencodable');
    assert.equal(await part.value('/k'), 'short');
    const mixed = await part.space.set([long, { ...long, key: '/l', entry: entryOf(1) }], call);
    assert.deepEqual(mixed.map(stateOf), ['too_large', 'stored'], 'the others of a batch stand');
    assert.equal(await part.value('/l'), 1);
  }),
  on('stores over a version only where that still stands', async (part) => {
    const version = await part.set('/k', entryOf(1));
    const set = { key: '/k', entry: entryOf(2), stamp: 'latest', maxBytes: MAX_BYTES, over: version } as const;
    assert.equal((await part.space.set([set], call))[0]?.state, 'stored');
    assert.equal((await part.space.set([{ ...set, entry: entryOf(3) }], call))[0]?.state, 'refused');
    assert.equal(await part.value('/k'), 2);
    await part.drop('/k');
    assert.equal((await part.space.set([set], call))[0]?.state, 'refused');
    assert.equal((await part.read('/k')).state, 'miss');
  }),
];

async function givesBack(part: Part, store: (entry: TierEntry) => Promise<TierWritten | undefined>): Promise<void> {
  const written = await store(entryOf(VALUE, FACTS));
  assert.ok(written?.state === 'stored' && written.bytes > 0);
  const { entry } = hit(await part.read('/k'));
  assert.deepEqual(entry.value, VALUE);
  assert.deepEqual([entry.tags, entry.meta, entry.negative], [['a', 'b'], { etag: 'x' }, true]);
  assert.deepEqual([entry.version, entry.stamp, entry.bytes], [written.version, written.stamp, written.bytes]);
  assert.deepEqual([entry.maxAgeMs, entry.slideMs], [120_000, 30_000]);
  assert.ok(Math.abs(entry.loadMs - 12) <= 1);
  assert.ok(entry.ageMs >= 0 && entry.ageMs < 5_000, `aged ${entry.ageMs} ms`);
  assert.ok(entry.ttlLeftMs > 55_000 && entry.ttlLeftMs <= 60_000);
  assert.ok(Math.abs(entry.lifeLeftMs - entry.ttlLeftMs - 1_000) <= 1, 'its life is its time and its grace');
}

function hit(found: TierFound): TierFound & { readonly state: 'hit' } {
  assert.equal(found.state, 'hit');
  return found as TierFound & { readonly state: 'hit' };
}

function valueIn(found: TierFound): unknown {
  return found.state === 'hit' ? found.entry.value : found.state;
}

function versionIn(written: TierWritten): bigint | undefined {
  return written.state === 'stored' ? written.version : undefined;
}

function stateOf({ state }: TierWritten): string {
  return state;
}
