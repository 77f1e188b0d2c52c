import assert from 'node:assert/strict';
import { call, entryOf, on, type Part, type TierCase } from './tier-case.ts';

/** Expiry moves where something is fresh, as far as it may. */
export const touchCases: readonly TierCase[] = [
  on('touches what is fresh, and only that', async (part, { pass }) => {
    await part.set('/k', entryOf(1, { ttlMs: 600 }));
    const touched = await part.space.touch({ key: '/k', ttlMs: 5_000 }, call);
    assert.ok(touched !== undefined && touched.ttlLeftMs > 0 && touched.ttlLeftMs <= 5_000);
    await part.set('/stale', entryOf(1, { ttlMs: 100, graceMs: 60_000 }));
    await pass(650);
    assert.equal(await part.value('/k'), 1);
    assert.equal(await part.space.touch({ key: '/stale', ttlMs: 5_000 }, call), undefined);
    assert.ok((await ttlLeft(part, '/stale')) <= 0, 'nothing is revived');
    assert.equal(await part.space.touch({ key: '/never' }, call), undefined);
    await part.set('/expired', entryOf(1, { graceMs: 60_000 }));
    await part.drop('/expired', true);
    assert.equal(await part.space.touch({ key: '/expired' }, call), undefined);
  }),
  on('tells what it touched, and moves nothing else of it', async (part) => {
    const version = await part.set('/k', entryOf(1, { tags: ['a', 'b'], graceMs: 1_000 }));
    const touched = await part.space.touch({ key: '/k', ttlMs: 3_000_000 }, call);
    assert.deepEqual([touched?.version, touched?.tags], [version, ['a', 'b']]);
    const found = await part.read('/k');
    assert.ok(found.state === 'hit' && touched !== undefined);
    const { entry } = found;
    assert.deepEqual([entry.value, entry.version, entry.stamp], [1, version, touched.stamp]);
    assert.ok(entry.ttlLeftMs > 2_900_000 && entry.ttlLeftMs <= touched.ttlLeftMs);
    assert.ok(entry.lifeLeftMs > 2_901_000 && entry.lifeLeftMs <= touched.lifeLeftMs, 'its life grows with its time');
    assert.ok(entry.ageMs < 60_000, 'its age does not');
  }),
  on('touches for as long as it was given, where no time is named', async (part) => {
    await part.set('/k', entryOf(1));
    await part.space.touch({ key: '/k', ttlMs: 10_000 }, call);
    assert.ok((await ttlLeft(part, '/k')) <= 10_000, 'also for less');
    const touched = await part.space.touch({ key: '/k' }, call);
    assert.ok(touched !== undefined && touched.ttlLeftMs > 50_000 && touched.ttlLeftMs <= 60_000);
    assert.ok((await ttlLeft(part, '/k')) > 50_000);
  }),
  on('touches nothing past its greatest age', async (part) => {
    await part.set('/k', entryOf(1, { maxAgeMs: 90_000 }));
    const touched = await part.space.touch({ key: '/k', ttlMs: 3_600_000 }, call);
    assert.ok(touched !== undefined && touched.ttlLeftMs > 80_000 && touched.ttlLeftMs <= 90_000);
    assert.ok((await ttlLeft(part, '/k')) <= 90_000);
  }),
  on('touches no version but the one that is named', async (part) => {
    const older = await part.set('/k', entryOf(1));
    const version = await part.set('/k', entryOf(2));
    assert.equal(await part.space.touch({ key: '/k', ttlMs: 3_600_000, known: older }, call), undefined);
    assert.ok((await ttlLeft(part, '/k')) <= 60_000);
    const touched = await part.space.touch({ key: '/k', ttlMs: 3_600_000, known: version }, call);
    assert.equal(touched?.version, version);
  }),
];

async function ttlLeft(part: Part, key: string): Promise<number> {
  const found = await part.read(key);
  assert.equal(found.state, 'hit');
  return found.state === 'hit' ? found.entry.ttlLeftMs : 0;
}
