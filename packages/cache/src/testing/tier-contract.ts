import assert from 'node:assert/strict';
import type { TierFound } from '../tier/tier-read.ts';
import { call, entryOf, MAX_BYTES, on, type TierCase } from './tier-case.ts';

/**
 * What every tier promises, for any test runner or none. No time is longer than 300 ms, so that a tier on a real server can really
 * wait.
 *
 * @example
 * ```ts
 * for (const { name, run } of tierContract) test(name, () => run({ tier, pass }));
 * ```
 */
export const tierContract: readonly TierCase[] = Object.freeze([
  on('gives back what was set, with all that is beside it', async (part) => {
    const facts = { tags: ['a', 'b'], meta: { etag: 'x' }, loadMs: 12, graceMs: 1_000, negative: true };
    const version = await part.set('/k', entryOf({ deep: [1, 'two', null] }, facts));
    const found = await part.read('/k');
    assert.equal(found.state, 'hit');
    const { entry } = found as TierFound & { readonly state: 'hit' };
    assert.deepEqual(entry.value, { deep: [1, 'two', null] });
    assert.deepEqual([entry.tags, entry.meta, entry.negative], [['a', 'b'], { etag: 'x' }, true]);
    assert.equal(entry.version, version);
    assert.ok(Math.abs(entry.loadMs - 12) <= 1);
    assert.ok(entry.ttlLeftMs > 55_000 && entry.ttlLeftMs <= 60_000);
    assert.ok(entry.lifeLeftMs - entry.ttlLeftMs <= 1_001);
  }),
  on('keeps keys apart, whatever is in them', async (part) => {
    const keys = ['/{a}b', '/}', '/{}', '/*', '/[x]', '/k\n', '/é', '/e\u0301', '/__proto__', 'a:b/k', 'a/k'];
    for (const [index, key] of keys.entries()) await part.set(key, entryOf(index));
    for (const [index, key] of keys.entries()) assert.equal(await part.value(key), index);
  }),
  on('keeps caches of other names apart', async (part, other) => {
    await part.set('/k', entryOf(1));
    assert.equal(await other.value('/k'), undefined);
  }),
  on('answers a batch in its order', async (part) => {
    await part.set('/a', entryOf(1));
    await part.set('/c', entryOf(3));
    const reads = ['/c', '/b', '/a'].map((key) => ({ key, fence: 'none' }) as const);
    const { found } = await part.space.read(reads, call);
    assert.deepEqual(
      found.map((one) => (one.state === 'hit' ? one.entry.value : one.state)),
      [3, 'miss', 1],
    );
  }),
  on('sends no value that the reader has', async (part) => {
    const version = await part.set('/k', entryOf(1));
    assert.equal((await part.read('/k', 'none', version)).state, 'same');
    await part.set('/k', entryOf(2));
    assert.equal((await part.read('/k', 'none', version)).state, 'hit');
  }),
  on('is stale after its time, and gone after its grace', async (part, _, pass) => {
    await part.set('/k', entryOf(1, { ttlMs: 150, graceMs: 150 }));
    await pass(170);
    const found = await part.read('/k');
    assert.ok(found.state === 'hit' && found.entry.ttlLeftMs <= 0);
    await pass(150);
    assert.equal((await part.read('/k')).state, 'miss');
  }),
  on('stores a fill whose fence stands', async (part) => {
    const found = await part.read('/k', 'miss');
    assert.ok(found.state === 'miss' && found.fence !== undefined);
    assert.equal((await part.fill('/k', entryOf(1), found.fence)).state, 'stored');
    assert.equal(await part.value('/k'), 1);
    const fresh = await part.read('/k', 'miss');
    assert.ok(fresh.state === 'hit' && fresh.fence === undefined, 'what is fresh leaves no fence');
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
  on('refuses a fill without a fence', async (part) => {
    assert.equal((await part.fill('/never', entryOf(1), '12345')).state, 'refused');
  }),
  on('gives versions of a key that grow', async (part) => {
    const versions = [await part.set('/k', entryOf(1)), await part.drop('/k'), await part.set('/k', entryOf(2))];
    versions.push(await part.drop('/k', true), await part.drop('/k'));
    for (let index = 1; index < versions.length; index++) {
      assert.ok((versions[index] as bigint) > (versions[index - 1] as bigint), versions.join(' '));
    }
  }),
  on('makes a value stale where it is expired, and prolongs nothing', async (part, _, pass) => {
    await part.set('/k', entryOf(1, { ttlMs: 200, graceMs: 100 }));
    await part.drop('/k', true);
    const found = await part.read('/k');
    assert.ok(found.state === 'hit' && found.entry.ttlLeftMs <= 0 && found.entry.lifeLeftMs <= 300);
    await pass(310);
    assert.equal((await part.read('/k')).state, 'miss');
  }),
  on('gives groups one version, above all others', async (part) => {
    const first = await part.raise(['ta', 'tb']);
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
    for (let n = 1; n < 12; n++) await part.raise([`t${n}`], 0n, 5);
    const { floor, versions } = await part.space.groups(['t0', 't11'], call);
    assert.ok(floor >= first.latest || versions[0] === first.latest);
    assert.ok((versions[1] as bigint) > 0n && floor < (versions[1] as bigint));
  }),
  on('says what is known of all groups beside a read, and begins anew where nothing is', async (part) => {
    const { groups } = await part.space.read([{ key: '/k', fence: 'none' }], { ...call, latest: true });
    assert.ok(groups !== undefined && groups.latest > 0n && groups.floor > 0n);
    await part.space.raise({ ids: ['p/ab'], lengths: [2], above: 0n, maxLive: 10 }, call);
    const after = await part.space.read([{ key: '/k', fence: 'none' }], { ...call, latest: true });
    assert.ok((after.groups?.latest ?? 0n) > groups.latest);
    assert.deepEqual(after.groups?.lengths, [2]);
  }),
  on('touches what is fresh, and only that', async (part, _, pass) => {
    await part.set('/k', entryOf(1, { ttlMs: 200 }));
    const touched = await part.space.touch({ key: '/k', ttlMs: 5_000 }, call);
    assert.ok(touched !== undefined && touched.ttlLeftMs > 4_000);
    await pass(250);
    assert.equal(await part.value('/k'), 1);
    await part.set('/k', entryOf(1, { ttlMs: 100, graceMs: 60_000 }));
    await pass(150);
    assert.equal(await part.space.touch({ key: '/k', ttlMs: 5_000 }, call), undefined);
    assert.equal(await part.space.touch({ key: '/never' }, call), undefined);
  }),
  on('gives one owner the right to load, until its time is up', async (part, _, pass) => {
    const ask = async (owner: string) => {
      const lease = { owner, ms: 200 };
      const { found } = await part.space.read([{ key: '/k', fence: 'miss', lease }], call);
      return found[0] as TierFound & { readonly state: 'miss' };
    };
    const first = await ask('a');
    assert.ok(first.fence !== undefined && first.heldMs === undefined);
    const second = await ask('b');
    assert.ok(second.fence === undefined && (second.heldMs ?? 0) > 0);
    await pass(250);
    const third = await ask('b');
    assert.ok(third.fence !== undefined && third.fence !== first.fence);
    assert.equal((await part.fill('/k', entryOf('late'), first.fence)).state, 'refused');
    await part.space.release('/k', 'b', call);
    assert.ok((await ask('c')).fence !== undefined);
  }),
  on('says who took the right to load over from an owner whose time was up', async (part, _, pass) => {
    const ask = async (owner: string) => {
      const { found } = await part.space.read([{ key: '/k', fence: 'miss', lease: { owner, ms: 100 } }], call);
      return found[0] as TierFound & { readonly state: 'miss' };
    };
    assert.equal((await ask('a')).tookOver, undefined);
    await part.space.release('/k', 'a', call);
    assert.equal((await ask('b')).tookOver, undefined);
    await pass(150);
    assert.equal((await ask('c')).tookOver, true);
  }),
  on('prolongs the right to load for its owner, and for nobody else', async (part, _, pass) => {
    const ask = async (owner: string) => {
      const { found } = await part.space.read([{ key: '/k', fence: 'miss', lease: { owner, ms: 200 } }], call);
      return found[0] as TierFound & { readonly state: 'miss' };
    };
    const renew = (owner: string, leaseMs: number) => part.space.renew({ key: '/k', owner, leaseMs }, call);
    assert.equal(await renew('a', 200), false);
    const { fence } = await ask('a');
    assert.equal(await renew('b', 60_000), false);
    assert.equal(await renew('a', 60_000), true);
    assert.equal(await renew('a', 1), true);
    const { heldMs = 0 } = await ask('b');
    assert.ok(heldMs > 50_000 && heldMs <= 60_000, `longer, and no shorter after that: ${heldMs}`);
    assert.equal((await part.fill('/k', entryOf('mine'), fence as string)).state, 'stored');
    await part.drop('/k');
    assert.equal(await renew('a', 200), false);
    assert.ok((await ask('b')).fence !== undefined);
    await pass(220);
    assert.ok((await ask('c')).fence !== undefined);
    assert.equal(await renew('b', 200), false);
  }),
  on('leaves what it cannot store as it was', async (part) => {
    await part.set('/k', entryOf('short'));
    const long = { key: '/k', entry: entryOf('x'.repeat(2_000)), stamp: 'latest', maxBytes: 1_000 } as const;
    assert.equal((await part.space.set([long], call))[0]?.state, 'too_large');
    assert.equal((await part.space.set([{ ...long, entry: entryOf(1n) }], call))[0]?.state, 'unencodable');
    assert.equal(await part.value('/k'), 'short');
  }),
  on('stores over a version only where that still stands', async (part) => {
    const version = await part.set('/k', entryOf(1));
    const set = { key: '/k', entry: entryOf(2), stamp: 'latest', maxBytes: MAX_BYTES, over: version } as const;
    assert.equal((await part.space.set([set], call))[0]?.state, 'stored');
    assert.equal((await part.space.set([{ ...set, entry: entryOf(3) }], call))[0]?.state, 'refused');
    assert.equal(await part.value('/k'), 2);
  }),
  on('keeps once-records', async (part, _, pass) => {
    const { space } = part;
    const ask = { key: '/k', owner: 'a', leaseMs: 200, ttlMs: 60_000, onCrash: 'rerun', fingerprint: 'f' } as const;
    const first = await space.onceBegin(ask, call);
    assert.equal(first.state, 'run');
    assert.equal((await space.onceBegin({ ...ask, owner: 'b' }, call)).state, 'busy');
    assert.equal((await space.onceBegin({ ...ask, owner: 'b', fingerprint: 'g' }, call)).state, 'mismatch');
    await pass(250);
    assert.equal((await space.onceBegin({ ...ask, owner: 'b', onCrash: 'reject' }, call)).state, 'crashed');
    const second = await space.onceBegin({ ...ask, owner: 'b' }, call);
    assert.ok(first.state === 'run' && second.state === 'run' && second.fence > first.fence && second.attempt === 2);
    assert.equal(await space.onceFinish({ key: '/k', owner: 'a', value: 'late', ttlMs: 60_000 }, call), false);
    assert.equal(await space.onceRenew({ key: '/k', owner: 'b', leaseMs: 200 }, call), true);
    assert.equal(await space.onceFinish({ key: '/k', owner: 'b', value: ['done'], ttlMs: 60_000 }, call), true);
    const third = await space.onceBegin({ ...ask, owner: 'c' }, call);
    assert.deepEqual(third, { state: 'done', value: ['done'] });
    await space.onceBegin({ ...ask, key: '/l' }, call);
    await space.onceAbandon({ key: '/l', owner: 'a' }, call);
    assert.equal((await space.onceBegin({ ...ask, key: '/l', owner: 'b' }, call)).state, 'run');
  }),
  on('leaves a once-record as it was where the function was never called', async (part, _, pass) => {
    const { space } = part;
    const ask = { key: '/k', leaseMs: 200, ttlMs: 60_000, onCrash: 'rerun' } as const;
    await space.onceBegin({ ...ask, owner: 'a' }, call);
    await space.onceAbandon({ key: '/k', owner: 'a', ran: false }, call);
    assert.equal((await space.onceBegin({ ...ask, owner: 'b', onCrash: 'reject' }, call)).state, 'run');
    await pass(250);
    const third = await space.onceBegin({ ...ask, owner: 'c' }, call);
    assert.ok(third.state === 'run' && third.attempt === 2);
    for (let time = 0; time < 2; time++) await space.onceAbandon({ key: '/k', owner: 'c', ran: false }, call);
    assert.equal((await space.onceBegin({ ...ask, owner: 'd', onCrash: 'reject' }, call)).state, 'crashed');
    const fifth = await space.onceBegin({ ...ask, owner: 'e' }, call);
    assert.ok(fifth.state === 'run' && fifth.attempt === 2 && fifth.fence > third.fence);
  }),
  on('gives the memory of all values back', async (part) => {
    for (let n = 0; n < 20; n++) await part.set(`/k${n}`, entryOf(n));
    assert.ok((await part.space.purge({})) >= 20);
    assert.equal(await part.value('/k3'), undefined);
  }),
] satisfies TierCase[]);
