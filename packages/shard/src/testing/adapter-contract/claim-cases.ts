import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import type { Place } from '../../moving/data-adapter.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import type { AdapterCases } from './row-cases.ts';

const superseded = { code: 'XC_SHARD_MOVER_SUPERSEDED' };

/** Rows of the source that are told apart by a version, where there is one: each time a new one. */
async function prepared(probe: AdapterProbe, count: number) {
  const { source, signal, adapter } = probe;
  const rows = [];
  for (let time = 0; time < count; time += 1) {
    await probe.write(source, 'k', `text ${time}`);
    const [row] = await adapter.read(source, [probe.key(source, 'k')], signal);
    rows.push(row);
  }
  return rows;
}

/** Only how a call may end that a later mover turned away. */
async function settled(calls: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'rejected') assert.ok(isXcError(result.reason, superseded.code), String(result.reason));
  }
}

/** After a higher claim, nothing that an earlier mover has in hand takes effect. */
export const claimCases: AdapterCases = {
  'a mover is refused once a higher one has claimed the place, there only': async (probe) => {
    const { adapter, source, elsewhere, target, signal } = probe;
    await probe.writeAll(source, ['a', 'b']);
    const rows = await probe.rows(source);
    const claimed: Place = { ...source, mover: 9 };
    await adapter.claim(source, signal);
    await adapter.claim(claimed, signal);
    const changes = [{ key: probe.key(source, 'a'), row: undefined }];
    for (let time = 0; time < 2; time += 1) {
      await assert.rejects(adapter.apply(source, changes, signal), superseded);
      await assert.rejects(adapter.purge(source, 10, signal), superseded);
    }
    assert.deepEqual(await probe.rows(source), rows);
    await probe.carry(source, target, probe.keys(source, ['a', 'b']));
    await adapter.apply(elsewhere, [], signal);
    assert.equal(await adapter.purge(elsewhere, 10, signal), 0);
    await adapter.claim(claimed, signal);
    await adapter.apply(claimed, changes, signal);
    assert.equal(await adapter.purge({ ...claimed, mover: 10 }, 10, signal), 1);
  },
  'a lower claim takes nothing back': async (probe) => {
    const { adapter, source, signal } = probe;
    await adapter.claim({ ...source, mover: 9 }, signal);
    await settled([adapter.claim(source, signal)]);
    await assert.rejects(adapter.purge(source, 10, signal), superseded);
  },
  'a claim holds against what a lower mover has under way': async (probe) => {
    const { adapter, target, signal } = probe;
    for (let round = 0; round < 5; round += 1) {
      const rows = await prepared(probe, 6);
      const at = { ...target, mover: 10 + round * 2 };
      await adapter.claim(at, signal);
      const under = rows.map((row) => adapter.apply(at, [{ key: probe.key(at, 'k'), row }], signal));
      // Looked at by their ends only once the claim has been looked at.
      const ends = settled(under);
      await adapter.claim({ ...at, mover: at.mover + 1 }, signal);
      const now = await probe.rows(target);
      await ends;
      await probe.aWhile();
      assert.deepEqual(await probe.rows(target), now, 'a batch of a lower mover came through after the claim');
    }
  },
  'a claim holds against a lower mover that is purging': async (probe) => {
    const { adapter, source, signal } = probe;
    for (let round = 0; round < 3; round += 1) {
      await probe.writeAll(
        source,
        Array.from({ length: 30 }, (_, index) => `row-${index}`),
      );
      const at = { ...source, mover: 10 + round * 2 };
      const purging = async (): Promise<void> => {
        while ((await adapter.purge(at, 1, signal)) > 0);
      };
      const ends = settled([purging(), purging()]);
      await adapter.claim({ ...at, mover: at.mover + 1 }, signal);
      const left = (await probe.rows(source)).length;
      await ends;
      await probe.aWhile();
      assert.equal((await probe.rows(source)).length, left, 'rows went away after the claim');
    }
  },
};
