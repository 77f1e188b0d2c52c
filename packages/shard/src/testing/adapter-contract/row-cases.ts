import assert from 'node:assert/strict';
import type { AdapterTraits } from './adapter-fixture.ts';
import type { AdapterProbe } from './adapter-probe.ts';

/** A promise by its name. */
export type AdapterCases = Readonly<Record<string, (probe: AdapterProbe) => Promise<void>>>;

const odd: readonly string[] = [
  ...['42', '042', '-0', '1e3', ' ', 'a b', "it's", '"quoted"', 'back\\slash', '%_', '*?[x]', 'a/b:c,d', '{"k":1}'],
  ...['__proto__', 'constructor', 'null', 'undefined', 'ключ', 'ä', 'a\u0308', '日本', '\u{1f600}', '\uffee', 'Z', 'z'],
  'k'.repeat(1_000),
];

/** Rows are given as they are, and become elsewhere what they are here. */
export function rowCases({ isOrdered = true }: AdapterTraits): AdapterCases {
  return {
    'gives the rows of a partition, page by page, and no others': async (probe) => {
      const { adapter, source, target, elsewhere, signal } = probe;
      const names = Array.from({ length: 11 }, (_, index) => `row-${index}`);
      await probe.writeAll(source, names);
      await probe.writeAll(elsewhere, ['other']);
      await probe.writeAll(target, ['far']);
      assert.deepEqual(
        (await probe.rows(source)).map(({ key }) => key),
        probe.keys(source, names),
      );
      assert.deepEqual(
        (await probe.rows(elsewhere)).map(({ key }) => key),
        [probe.key(elsewhere, 'other')],
      );
      if (!isOrdered) return;
      const whole = await probe.scanAll(source);
      for (const limit of [1, 4, 11, 12]) {
        assert.deepEqual(await probe.scanAll(source, limit), whole, `pages of ${limit}`);
        const { rows } = await adapter.scan(source, undefined, limit, signal);
        assert.ok(rows.length <= limit, `a page of ${limit} had ${rows.length} rows`);
      }
    },
    'goes on from a cursor whatever has become of the row it came from': async (probe) => {
      const { adapter, source, signal } = probe;
      await probe.writeAll(
        source,
        Array.from({ length: 6 }, (_, index) => `row-${index}`),
      );
      const { rows, next } = await adapter.scan(source, undefined, 2, signal);
      assert.ok(next !== undefined, 'six rows were said to end after two');
      for (const { key } of rows) await adapter.apply(source, [{ key, row: undefined }], signal);
      const rest = (await probe.rows(source)).map(({ key }) => key);
      const seen = new Set((await probe.scanAll(source, 100, next)).map(({ key }) => key));
      for (const key of rest) assert.ok(seen.has(key) || rows.some((row) => row.key === key), `${key} was left out`);
    },
    'reads rows as they are now, and a missing one as deleted': async (probe) => {
      const { source } = probe;
      await probe.writeAll(source, ['a', 'b']);
      const [before] = await probe.read(source, ['a']);
      await probe.write(source, 'a', 'newer');
      await probe.write(source, 'b', undefined);
      const now = await probe.read(source, ['a', 'b', 'never']);
      assert.deepEqual(
        now.map(({ key }) => key),
        [probe.key(source, 'a')],
      );
      assert.notDeepEqual(now[0]?.value, before?.value);
      assert.deepEqual(await probe.adapter.read(source, [], probe.signal), []);
    },
    'makes the target what the source is, however often': async (probe) => {
      const { source, target } = probe;
      await probe.writeAll(source, ['a', 'b', 'c']);
      for (let time = 0; time < 3; time += 1) {
        await probe.copy(source, target);
        assert.deepEqual(await probe.rows(target), await probe.rows(source));
      }
      await probe.write(source, 'a', 'newer');
      await probe.write(source, 'b', undefined);
      const keys = probe.keys(source, ['a', 'b']);
      for (let time = 0; time < 2; time += 1) {
        await probe.carry(source, target, keys);
        assert.deepEqual(await probe.rows(target), await probe.rows(source));
      }
      await probe.adapter.apply(target, [], probe.signal);
      await probe.adapter.apply(target, [{ key: probe.key(target, 'c'), row: undefined }], probe.signal);
      assert.equal((await probe.rows(target)).length, 1);
    },
    'moves rows whatever their keys are': async (probe) => {
      const { source, target } = probe;
      for (const name of odd) await probe.write(source, name, `text of ${name}`);
      const rows = await probe.rows(source);
      assert.deepEqual(
        rows.map(({ key }) => key),
        probe.keys(source, odd),
      );
      if (isOrdered) assert.deepEqual(await probe.scanAll(source, 3), await probe.scanAll(source));
      await probe.copy(source, target);
      assert.deepEqual(await probe.rows(target), rows);
      assert.deepEqual(await probe.digest(target, 4), await probe.digest(source, 4));
      assert.deepEqual(await probe.read(target, odd), rows);
      for (const name of odd) await probe.write(source, name, undefined);
      await probe.carry(source, target, probe.keys(source, odd));
      assert.deepEqual(await probe.rows(target), []);
    },
    'moves a row of some megabytes': async (probe) => {
      const { source, target } = probe;
      await probe.write(source, 'big', 'text \u{1f600}'.repeat(400_000));
      await probe.copy(source, target);
      assert.deepEqual(await probe.rows(target), await probe.rows(source));
      assert.deepEqual(await probe.digest(target), await probe.digest(source));
    },
    'purges at most so many rows of one partition, and says how many': async (probe) => {
      const { adapter, source, elsewhere, signal } = probe;
      await probe.writeAll(source, ['a', 'b', 'c', 'd', 'e']);
      await probe.writeAll(elsewhere, ['other']);
      assert.equal(await adapter.purge(source, 2, signal), 2);
      assert.equal((await probe.rows(source)).length, 3);
      assert.equal((await adapter.count?.(source, signal)) ?? 3, 3);
      assert.equal((await probe.inspected(source))?.rows ?? 3, 3);
      assert.equal(await adapter.purge(source, 100, signal), 3);
      assert.equal(await adapter.purge(source, 100, signal), 0);
      assert.deepEqual(await probe.rows(source), []);
      assert.equal((await probe.rows(elsewhere)).length, 1);
    },
    'an aborted call is rejected with the reason, and changes nothing': async (probe) => {
      const { adapter, source } = probe;
      await probe.writeAll(source, ['a']);
      const aborted = AbortSignal.abort(new Error('enough'));
      const key = probe.key(source, 'a');
      const calls = [
        () => adapter.claim({ ...source, mover: 99 }, aborted),
        () => adapter.scan(source, undefined, 1, aborted),
        () => adapter.read(source, [key], aborted),
        () => adapter.apply(source, [{ key, row: undefined }], aborted),
        () => adapter.digest(source, 4, aborted),
        () => adapter.bucket(source, 0, 4, aborted),
        () => adapter.purge(source, 1, aborted),
        () => adapter.startCapture(source, aborted),
        () => adapter.changes(source, 1, aborted),
        () => adapter.stopCapture(source, aborted),
        () => adapter.fence(source, 9, aborted),
      ];
      // One after the other: of the rest nobody would hear when one fails the case.
      for (const call of calls) await assert.rejects(call, /enough/);
      await probe.write(source, 'b', 'text');
      assert.equal((await probe.rows(source)).length, 2);
      await adapter.purge(source, 100, probe.signal);
    },
  };
}
