import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { memoryJournal } from './memory-journal.ts';
import { type MigrateOptions, migrate } from './migrate.ts';
import type { MigratedRow } from './migration-rows.ts';

function source(count: number) {
  const rows = Array.from({ length: count }, (_, index) => ({ key: String(index).padStart(4, '0'), value: index }));
  const scan = vi.fn(async (after: string | undefined, limit: number) => {
    const from = after === undefined ? 0 : rows.findIndex(({ key }) => key > after);
    const page = from === -1 ? [] : rows.slice(from, from + limit);
    return { rows: page, next: page.length < limit ? undefined : page.at(-1)?.key };
  });
  return { rows, scan };
}

function target() {
  const rows = new Map<string, unknown>();
  return {
    rows,
    apply: vi.fn(async (batch: readonly MigratedRow<unknown>[]) => {
      for (const { key, value } of batch) rows.set(key, value);
    }),
    read: vi.fn(async (keys: readonly string[]) =>
      keys.filter((key) => rows.has(key)).map((key) => ({ key, value: rows.get(key) })),
    ),
  };
}

const run = (
  options: Partial<MigrateOptions<number, unknown>> & Pick<MigrateOptions<number, unknown>, 'source' | 'target'>,
) => migrate({ id: 'job', journal: memoryJournal(), batchRows: 10, ...options });

test('moves all rows and verifies each', async () => {
  const [from, to] = [source(95), target()];
  const report = await run({
    source: from,
    target: to,
    transform: ({ key, value }) => ({ key: `n${key}`, value: { value } }),
  });
  expect(report).toEqual({
    read: 95,
    written: 95,
    skipped: 0,
    quarantined: [],
    verified: { compared: 95, different: 0, missing: 0 },
    resumedFrom: undefined,
  });
  expect(to.rows.get('n0007')).toEqual({ value: 7 });
});

test('goes on where it was killed, repeating one batch at most, and comes to the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 9 }),
      async (count, dies, batchRows) => {
        const [from, to, journal] = [source(count), target(), memoryJournal()];
        let calls = 0;
        let applied = 0;
        const mortal = {
          ...journal,
          append: async (entry: never) => {
            calls += 1;
            if (calls === dies) throw new Error('killed');
            return journal.append(entry);
          },
        };
        const counting = {
          ...to,
          apply: async (rows: readonly MigratedRow<unknown>[]) => {
            applied += rows.length;
            return to.apply(rows);
          },
        };
        const first = await run({ source: from, target: counting, journal: mortal, batchRows }).catch(
          (error: Error) => error.message,
        );
        const second = await run({ source: from, target: counting, journal, batchRows });
        if (first === 'killed') expect(applied).toBeLessThanOrEqual(count + batchRows);
        expect(second).toMatchObject({
          read: count,
          written: count,
          verified: { compared: count, different: 0, missing: 0 },
        });
        expect(to.rows.size).toBe(count);
      },
    ),
    { numRuns: 100 },
  );
});

test('a migration that is done reads nothing again but to verify', async () => {
  const [from, to, journal] = [source(25), target(), memoryJournal()];
  await run({ source: from, target: to, journal });
  to.apply.mockClear();
  expect(await run({ source: from, target: to, journal })).toMatchObject({ read: 25, resumedFrom: '0019' });
  expect(to.apply).not.toHaveBeenCalled();
});

test('rows become none, or several of different keys', async () => {
  const [from, to] = [source(4), target()];
  const report = await run({
    source: from,
    target: to,
    transform: ({ key, value }) =>
      value === 0
        ? undefined
        : [
            { key: `${key}a`, value },
            { key: `${key}b`, value },
          ],
  });
  expect(report).toMatchObject({ read: 4, written: 6, skipped: 1, verified: { compared: 6 } });
  const same = run({ source: from, target: to, transform: () => ({ key: 'x', value: 1 }) });
  await expect(same).rejects.toThrow('transform must make rows of different keys, got "x" twice');
  await expect(run({ source: from, target: to, transform: () => ({ value: 1 }) as never })).rejects.toThrow(TypeError);
});

test('a key that comes again ends it, however far apart', async () => {
  const [from, to] = [source(35), target()];
  const shared = (row: MigratedRow<number>) => ({ key: `n${row.value % 30}`, value: row.value });
  for (const batchRows of [1, 10, 100]) {
    for (const onError of ['stop', 'quarantine'] as const) {
      const running = run({ source: from, target: to, transform: shared, batchRows, onError, verify: 'none' });
      await expect(running).rejects.toThrow('transform must make rows of different keys, got "n0" twice');
    }
  }
  const apart = (row: MigratedRow<number>) => [shared(row), { key: `other${row.value}`, value: 0 }];
  expect(await run({ source: source(30), target: to, transform: apart })).toMatchObject({ written: 60 });
});

test('a row that cannot be moved ends it, or is set aside and listed, also by a later run', async () => {
  const from = source(30);
  const transform = (row: MigratedRow<number>) => {
    if (row.value === 3) throw new Error('three');
    return row;
  };
  const picky = () => {
    const to = target();
    const apply = vi.fn(async (rows: readonly MigratedRow<unknown>[]) => {
      if (rows.some(({ value }) => value === 15)) throw new Error('fifteen');
      return to.apply(rows);
    });
    return { ...to, apply };
  };
  await expect(run({ source: from, target: picky(), transform })).rejects.toThrow('three');
  await expect(run({ source: from, target: picky() })).rejects.toThrow('fifteen');
  const journal = memoryJournal();
  const to = picky();
  const report = await run({ source: from, target: to, transform, journal, onError: 'quarantine' });
  expect(report).toMatchObject({ read: 30, written: 28, verified: { compared: 28, different: 0, missing: 0 } });
  expect(report.quarantined.map(({ key, error }) => [key, String(error)])).toEqual([
    ['0003', 'Error: three'],
    ['0015', 'Error: fifteen'],
  ]);
  const again = await run({ source: from, target: to, transform, journal, onError: 'quarantine' });
  expect(again.quarantined.map(({ key, error }) => [key, error])).toEqual([
    ['0003', 'Error: three'],
    ['0015', 'Error: fifteen'],
  ]);
});

test('a target that takes nothing at all is not a matter of rows', async () => {
  const to = { ...target(), apply: () => Promise.reject(new Error('away')) };
  await expect(run({ source: source(30), target: to, onError: 'quarantine' })).rejects.toThrow('away');
});

test('tells of rows that are missing or different', async () => {
  const to = target();
  const forgetful = {
    ...to,
    apply: async (rows: readonly MigratedRow<unknown>[]) =>
      to.apply(rows.flatMap(({ key, value }) => (value === 2 ? [] : [{ key, value: value === 5 ? -5 : value }]))),
  };
  expect(await run({ source: source(30), target: forgetful })).toMatchObject({
    verified: { compared: 30, different: 1, missing: 1 },
  });
  const { compared } = (
    await run({ source: source(2_000), target: target(), batchRows: 500, verify: 'sample', sampleShare: 0.1 })
  ).verified;
  expect(compared).toBeGreaterThan(120);
  expect(compared).toBeLessThan(280);
  expect((await run({ source: source(9), target: { apply: to.apply } })).verified.compared).toBe(0);
});

test('pauses as it is told, and ends when it is aborted', async () => {
  const clock = new ManualClock();
  const told: number[] = [];
  const giveUp = new AbortController();
  const moved = run({
    source: source(30),
    target: target(),
    clock,
    signal: giveUp.signal,
    throttle: (done) => {
      told.push(done);
      return 1_000;
    },
  });
  const ended = moved.catch((error: Error) => error.message);
  await clock.advance(1_000);
  expect(told).toEqual([10, 20]);
  giveUp.abort(new Error('enough'));
  expect(await ended).toBe('enough');
});

test('refuses options that are none', async () => {
  const [from, to] = [source(1), target()];
  for (const change of [
    { id: 'a b' },
    { journal: {} },
    { source: {} },
    { target: {} },
    { onError: 'skip' },
    { verify: 'all' },
    { throttle: 5 },
    { clock: {} },
  ]) {
    await expect(run({ source: from, target: to, ...change } as never), JSON.stringify(change)).rejects.toThrow(
      TypeError,
    );
  }
  for (const change of [{ batchRows: 0 }, { sampleShare: 0 }, { sampleShare: 2 }]) {
    await expect(run({ source: from, target: to, ...change })).rejects.toThrow(RangeError);
  }
  await expect(run({ source: from, target: to, id: '..' })).rejects.toThrow('id must be 1 to 100 letters');
  await expect(run({ source: from, target: { apply: to.apply }, verify: 'full' })).rejects.toThrow(TypeError);
});
