import assert from 'node:assert/strict';
import type { DataAdapter, Row } from '../../moving/data-adapter.ts';
import type { AdapterTraits } from './adapter-fixture.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import type { AdapterCases } from './row-cases.ts';

const none = { keys: [], ack: undefined };

function marking({ adapter }: AdapterProbe): Required<Pick<DataAdapter, 'mark' | 'unmark'>> & { deadlineMs: number } {
  const { mark, unmark, writeDeadlineMs = 2_000 } = adapter;
  assert.ok(mark !== undefined && unmark !== undefined, 'an adapter with capture mirror must mark and unmark');
  return { mark: mark.bind(adapter), unmark: unmark.bind(adapter), deadlineMs: writeDeadlineMs };
}

async function rowOf({ adapter, source, signal }: AdapterProbe, key: string): Promise<Row> {
  const [row] = await adapter.read(source, [key], signal);
  assert.ok(row?.version !== undefined, `the row of ${key} must have a version`);
  return row;
}

/** Marks tell what may have changed; versions tell what is newer. For capture 'mirror'. */
export function mirrorCases({ fencing = 'data' }: AdapterTraits): AdapterCases {
  return {
    'only what is newer is applied, deleted rows included': async (probe) => {
      const { adapter, source, target, signal } = probe;
      const key = probe.key(source, 'k');
      await probe.write(source, 'k', 'first');
      const first = await rowOf(probe, key);
      await probe.write(source, 'k', 'second');
      const second = await rowOf(probe, key);
      await probe.write(source, 'k', undefined);
      const gone = await rowOf(probe, key);
      assert.equal(gone.value, undefined);
      assert.ok(first.version !== undefined && second.version !== undefined && gone.version !== undefined);
      assert.ok(first.version < second.version && second.version < gone.version, 'versions must grow');
      for (const row of [second, first, second]) await adapter.apply(target, [{ key, row }], signal);
      assert.deepEqual(await probe.rows(target), [second]);
      for (const row of [gone, second, first]) await adapter.apply(target, [{ key, row }], signal);
      assert.deepEqual(await probe.rows(target), []);
      await probe.write(source, 'k', 'again');
      await probe.carry(source, target, [key]);
      assert.deepEqual(await probe.rows(target), await probe.rows(source));
    },
    'a mark is in changes once its write cannot be under way, until it is acknowledged': async (probe) => {
      const { adapter, source, elsewhere, signal } = probe;
      const { mark, deadlineMs } = marking(probe);
      await adapter.startCapture(source, signal);
      await adapter.startCapture(elsewhere, signal);
      const keys = probe.keys(source, ['a', 'b', 'c']);
      assert.ok((await mark(source, { keys, term: 1 }, signal)) !== undefined);
      assert.deepEqual(await adapter.changes(source, 10, signal), none);
      await probe.pass(deadlineMs);
      assert.deepEqual(await adapter.changes(elsewhere, 10, signal), none);
      assert.equal((await adapter.changes(source, 2, signal)).keys.length, 2);
      const { keys: changed, ack } = await adapter.changes(source, 10, signal);
      assert.deepEqual([...changed].sort(), keys);
      await mark(source, { keys: keys.slice(0, 1), term: 1 }, signal);
      await adapter.acknowledge(source, ack as string, signal);
      assert.deepEqual(await adapter.changes(source, 10, signal), none);
      await probe.pass(deadlineMs);
      assert.deepEqual((await adapter.changes(source, 10, signal)).keys, keys.slice(0, 1));
    },
    'a mark that is taken back is no change, and takes no other with it': async (probe) => {
      const { adapter, source, signal } = probe;
      const { mark, unmark, deadlineMs } = marking(probe);
      await adapter.startCapture(source, signal);
      const keys = probe.keys(source, ['a']);
      const [mine] = [await mark(source, { keys, term: 1 }, signal), await mark(source, { keys, term: 1 }, signal)];
      const over = await mark(source, { keys: probe.keys(source, ['b']), term: 1 }, signal);
      for (let time = 0; time < 2; time += 1) await unmark(source, mine as string, signal);
      await unmark(source, over as string, signal);
      await probe.pass(deadlineMs);
      assert.deepEqual((await adapter.changes(source, 10, signal)).keys, keys);
    },
    'where nothing is captured nothing is marked': async (probe) => {
      const { adapter, source, signal } = probe;
      const { mark, deadlineMs } = marking(probe);
      const write = { keys: probe.keys(source, ['a']), term: 1 };
      assert.equal(await mark(source, write, signal), undefined);
      await adapter.startCapture(source, signal);
      await mark(source, write, signal);
      await adapter.stopCapture(source, signal);
      await adapter.startCapture(source, signal);
      await probe.pass(deadlineMs);
      assert.deepEqual(await adapter.changes(source, 10, signal), none);
    },
    ...(fencing === 'data' ? fencedCases : {}),
  };
}

const fencedCases: AdapterCases = {
  'marks of terms that are refused are in changes at once, and no more are made': async (probe) => {
    const { adapter, source, signal } = probe;
    const { mark } = marking(probe);
    await adapter.startCapture(source, signal);
    const keys = probe.keys(source, ['a']);
    await mark(source, { keys, term: 1 }, signal);
    await mark(source, { keys: probe.keys(source, ['b']), term: 2 }, signal);
    await adapter.fence(source, 2, signal);
    assert.deepEqual((await adapter.changes(source, 10, signal)).keys, keys);
    await assert.rejects(mark(source, { keys, term: 1 }, signal), (error) => probe.isFenced(error));
    assert.deepEqual((await adapter.changes(source, 10, signal)).keys, keys);
  },
};
