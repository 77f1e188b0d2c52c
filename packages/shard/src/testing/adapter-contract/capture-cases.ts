import assert from 'node:assert/strict';
import type { Place } from '../../moving/data-adapter.ts';
import type { AdapterTraits } from './adapter-fixture.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import type { AdapterCases } from './row-cases.ts';

/** More than any case needs. */
const MOST_TURNS = 1_000;

/** Everything that is in changes now, some at a time, acknowledged or not. */
async function drained(probe: AdapterProbe, at: Place, limit = 100): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const { keys: some, ack } = await probe.adapter.changes(at, limit, probe.signal);
    assert.ok(some.length <= limit, `${some.length} keys where ${limit} were asked for`);
    for (const key of some) keys.add(key);
    if (ack === undefined) {
      assert.deepEqual(some, [], 'keys that nobody can acknowledge');
      return keys;
    }
    await probe.adapter.acknowledge(at, ack, probe.signal);
  }
  assert.fail('changes come to no end, however many are acknowledged');
}

/** What is written while capture is on is in changes until it is acknowledged. For capture 'log'. */
export function captureCases({ canHold = true }: AdapterTraits): AdapterCases {
  return {
    'every write since the start of capture is in changes, until it is acknowledged': async (probe) => {
      const { adapter, source, elsewhere, signal } = probe;
      await probe.writeAll(source, ['old', 'updated', 'deleted']);
      await adapter.startCapture(source, signal);
      assert.deepEqual(await adapter.changes(source, 10, signal), { keys: [], ack: undefined });
      await probe.write(source, 'updated', 'newer');
      await probe.write(source, 'deleted', undefined);
      await probe.write(source, 'inserted', 'new');
      await probe.write(elsewhere, 'other', 'text');
      const expected = probe.keys(source, ['updated', 'deleted', 'inserted']);
      for (let time = 0; time < 2; time += 1) {
        const { keys, ack } = await adapter.changes(source, 10, signal);
        assert.deepEqual([...keys].sort(), expected);
        assert.ok(ack !== undefined, 'changes that nobody can acknowledge');
      }
      const { ack } = await adapter.changes(source, 10, signal);
      await adapter.acknowledge(source, ack as string, signal);
      await adapter.acknowledge(source, ack as string, signal);
      assert.deepEqual(await adapter.changes(source, 10, signal), { keys: [], ack: undefined });
    },
    'acknowledging takes back what was given, and nothing that came since': async (probe) => {
      const { adapter, source, signal } = probe;
      await adapter.startCapture(source, signal);
      await probe.writeAll(source, ['a', 'b']);
      const { ack } = await adapter.changes(source, 10, signal);
      await probe.write(source, 'a', 'newer');
      await probe.write(source, 'c', 'new');
      await adapter.acknowledge(source, ack as string, signal);
      assert.deepEqual([...(await drained(probe, source))].sort(), probe.keys(source, ['a', 'c']));
    },
    'gives many changes some at a time': async (probe) => {
      const { adapter, source, signal } = probe;
      await adapter.startCapture(source, signal);
      const names = Array.from({ length: 9 }, (_, index) => `row-${index}`);
      for (let time = 0; time < 3; time += 1) await probe.writeAll(source, names, `text ${time}`);
      for (const limit of [1, 4, 8]) {
        const { keys, ack } = await adapter.changes(source, limit, signal);
        assert.deepEqual([new Set(keys).size, keys.length, typeof ack], [limit, limit, 'string']);
      }
      assert.deepEqual([...(await drained(probe, source, 2))].sort(), probe.keys(source, names));
    },
    'moves capture for themselves': async (probe) => {
      const { adapter, source, signal } = probe;
      const later: Place = { ...source, moveId: 'contract-3' };
      await adapter.startCapture(source, signal);
      await adapter.startCapture(later, signal);
      await adapter.stopCapture(source, signal);
      await probe.write(source, 'a', 'text');
      assert.deepEqual(await adapter.changes(source, 10, signal), { keys: [], ack: undefined });
      assert.deepEqual([...(await drained(probe, later))], probe.keys(source, ['a']));
      await adapter.stopCapture(later, signal);
    },
    'starting twice is starting once, and stopping ends it': async (probe) => {
      const { adapter, source, signal } = probe;
      await adapter.startCapture(source, signal);
      await probe.write(source, 'a', 'text');
      await adapter.startCapture(source, signal);
      assert.deepEqual((await adapter.changes(source, 10, signal)).keys, probe.keys(source, ['a']));
      assert.deepEqual((await probe.inspected(source))?.captures ?? [source.moveId], [source.moveId]);
      await adapter.stopCapture(source, signal);
      await adapter.stopCapture(source, signal);
      assert.deepEqual((await probe.inspected(source))?.captures ?? [], []);
      await probe.write(source, 'b', 'text');
      assert.deepEqual(await adapter.changes(source, 10, signal), { keys: [], ack: undefined });
      await adapter.startCapture(source, signal);
      await probe.write(source, 'c', 'text');
      assert.deepEqual([...(await drained(probe, source))], probe.keys(source, ['c']));
    },
    'what is written while capture starts can be read, or is in changes': async (probe) => {
      const { adapter, source, signal } = probe;
      for (let round = 0; round < 3; round += 1) {
        const names = Array.from({ length: 12 }, (_, index) => `round-${round}-${index}`);
        const writes = names.map((name) => probe.write(source, name, 'text'));
        await adapter.startCapture(source, signal);
        const seen = new Set((await probe.read(source, names)).map(({ key }) => key));
        await Promise.all(writes);
        const changed = await drained(probe, source);
        for (const key of probe.keys(source, names)) {
          assert.ok(seen.has(key) || changed.has(key), `the write of ${key} was not captured`);
        }
        await adapter.stopCapture(source, signal);
      }
    },
    'what is acknowledged while others write is only what was given': async (probe) => {
      const { adapter, source, target, signal } = probe;
      await adapter.startCapture(source, signal);
      const names = Array.from({ length: 8 }, (_, index) => `row-${index}`);
      const writer = async (name: string): Promise<void> => {
        for (let count = 0; count < 6; count += 1) await probe.write(source, name, `text ${count}`);
      };
      let isOver = false;
      const writers = Promise.all(names.map(writer)).finally(() => {
        isOver = true;
      });
      for (let [turnsSince, isLast] = [0, false]; !isLast; ) {
        isLast = isOver;
        if (isOver) turnsSince += 1;
        assert.ok(turnsSince < MOST_TURNS, 'changes come to no end, however many are acknowledged');
        const { keys, ack } = await adapter.changes(source, 3, signal);
        await probe.carry(source, target, keys);
        if (ack === undefined) continue;
        await adapter.acknowledge(source, ack, signal);
        isLast = false;
      }
      await writers;
      assert.deepEqual(await probe.rows(target), await probe.rows(source), 'a change was acknowledged unseen');
    },
    ...(canHold ? heldCases : {}),
  };
}

const heldCases: AdapterCases = {
  'a write that was open when capture started can be read, or is in changes': async (probe) => {
    const { adapter, source, signal } = probe;
    const held = await probe.hold(source, 'k', 'held');
    const seenAtStart = adapter.startCapture(source, signal).then(() => probe.read(source, ['k']));
    await probe.aWhile();
    await held.commit();
    const seen = await seenAtStart;
    const changed = await drained(probe, source);
    assert.ok(seen.length > 0 || changed.has(probe.key(source, 'k')), 'the open write was not captured');
  },
};
