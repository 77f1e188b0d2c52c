import assert from 'node:assert/strict';
import type { Place } from '../../moving/data-adapter.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import type { AdapterCases } from './row-cases.ts';

const names = Array.from({ length: 40 }, (_, index) => `row-${index}`);

async function bucketsOf(probe: AdapterProbe, at: Place, buckets: number): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    for (const { key, hash } of await probe.adapter.bucket(at, bucket, buckets, probe.signal)) {
      assert.ok(!found.has(key), `${key} is in two buckets`);
      found.set(key, hash);
    }
  }
  return found;
}

/** Equal contents have equal digests, and different ones are found where they differ. */
export const digestCases: AdapterCases = {
  'has equal digests of equal contents on both shards': async (probe) => {
    const { source, target, elsewhere } = probe;
    await probe.writeAll(source, names);
    await probe.writeAll(elsewhere, ['other']);
    for (const name of [...names].reverse()) await probe.write(target, name, 'something else');
    await probe.adapter.purge(target, 100, probe.signal);
    await probe.copy(source, target);
    for (const buckets of [1, 7, 256]) {
      const digests = await probe.digest(source, buckets);
      assert.equal(digests.length, buckets);
      assert.equal(
        digests.reduce((sum, { rows }) => sum + rows, 0),
        names.length,
      );
      assert.deepEqual(await probe.digest(target, buckets), digests);
    }
    assert.deepEqual(await bucketsOf(probe, target, 4), await bucketsOf(probe, source, 4));
  },
  'has equal digests of nothing': async (probe) => {
    const { adapter, source, target, signal } = probe;
    assert.deepEqual(await probe.digest(source, 4), await probe.digest(target, 4));
    assert.deepEqual(
      (await probe.digest(source, 4)).map(({ rows }) => rows),
      [0, 0, 0, 0],
    );
    assert.deepEqual(await adapter.scan(source, undefined, 10, signal), { rows: [], next: undefined });
    assert.deepEqual(await adapter.bucket(source, 0, 4, signal), []);
    assert.equal(await adapter.purge(source, 10, signal), 0);
  },
  'shows each difference in one bucket and on one key': async (probe) => {
    const { source, target } = probe;
    const differences: readonly [string, string | undefined][] = [
      ['row-3', 'different'],
      ['row-4', undefined],
      ['new', 'one more'],
    ];
    await probe.writeAll(source, names);
    for (const [name, text] of differences) {
      await probe.adapter.purge(target, 1_000, probe.signal);
      await probe.copy(source, target);
      await probe.write(target, name, text);
      const [here, there] = [await probe.digest(source), await probe.digest(target)];
      const differing = here.flatMap((digest, bucket) => (digest.hash === there[bucket]?.hash ? [] : [bucket]));
      assert.equal(differing.length, 1, `${name} differs in ${differing.length} buckets`);
      const [bucket] = differing as [number];
      const rowsOf = async (at: Place) =>
        new Map((await probe.adapter.bucket(at, bucket, 16, probe.signal)).map(({ key, hash }) => [key, hash]));
      const [mine, theirs] = [await rowsOf(source), await rowsOf(target)];
      assert.deepEqual([mine.size, theirs.size], [here[bucket]?.rows, there[bucket]?.rows]);
      const keys = [...new Set([...mine.keys(), ...theirs.keys()])].filter((key) => mine.get(key) !== theirs.get(key));
      assert.deepEqual(keys, [probe.key(target, name)]);
    }
  },
  'gives every row in one bucket, the same on both shards': async (probe) => {
    const { source, target } = probe;
    await probe.writeAll(source, names);
    await probe.copy(source, target);
    const { adapter, signal } = probe;
    const hashes = await bucketsOf(probe, source, 8);
    assert.deepEqual([...hashes.keys()].sort(), probe.keys(source, names));
    assert.deepEqual(await bucketsOf(probe, target, 8), hashes);
    const asked = probe.keys(source, ['row-1', 'row-7', 'never']);
    const answered = await adapter.hashes?.(source, asked, signal);
    for (const { key, hash } of answered ?? []) assert.equal(hash, hashes.get(key));
    assert.equal(answered?.length ?? 2, 2);
  },
};
