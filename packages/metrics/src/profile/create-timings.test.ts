import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimings } from './create-timings.ts';
import { Profiled } from './profiled.ts';

function timed() {
  const clock = new ManualClock();
  const timings = createTimings({ clock });
  const row = (name: string) => timings.report().rows.find((one) => one.name === name);
  return { clock, timings, row };
}

test('takes the time inside from the time of its own', async () => {
  const { clock, timings, row } = timed();
  const done = timings.time('outer', async () => {
    await clock.sleep(10);
    await timings.time('inner', () => clock.sleep(30));
    await clock.sleep(5);
  });
  await clock.advance(45);
  await done;
  expect(row('outer')).toMatchObject({ calls: 1, totalMs: 45, selfMs: 15, share: 15 / 45 });
  expect(row('inner')).toMatchObject({ totalMs: 30, selfMs: 30, share: 30 / 45 });
  expect(timings.report().rows.map(({ name }) => name)).toEqual(['inner', 'outer']);
});

test('counts what overlaps inside once, and is never below 0', async () => {
  const { clock, timings, row } = timed();
  const done = timings.time('outer', () =>
    Promise.all([timings.time('a', () => clock.sleep(20)), timings.time('a', () => clock.sleep(30)), clock.sleep(40)]),
  );
  await clock.advance(40);
  await done;
  expect(row('outer')).toMatchObject({ totalMs: 40, selfMs: 10 });
  expect(row('a')).toMatchObject({ calls: 2, totalMs: 50 });
});

test('covers only its own length when what it began goes on after it', async () => {
  const { clock, timings, row } = timed();
  let child: Promise<void> | undefined;
  const done = timings.time('outer', async () => {
    await clock.sleep(10);
    child = timings.time('late', () => clock.sleep(100));
    await clock.sleep(10);
  });
  await clock.advance(200);
  await Promise.all([done, child]);
  expect(row('outer')).toMatchObject({ totalMs: 20, selfMs: 10 });
  expect(row('late')).toMatchObject({ totalMs: 100, selfMs: 100 });
});

test('times what throws and what rejects, counts it as an error, and passes it on', async () => {
  const { clock, timings, row } = timed();
  const error = new Error('no');
  expect(() =>
    timings.time('x', () => {
      throw error;
    }),
  ).toThrow(error);
  const rejected = timings.time('x', async () => {
    await clock.sleep(7);
    throw error;
  });
  const seen = expect(rejected).rejects.toBe(error);
  await clock.advance(7);
  await seen;
  expect(timings.time('x', () => 5)).toBe(5);
  expect(row('x')).toMatchObject({ calls: 3, errors: 2, totalMs: 7 });
});

test('knows stretches that begin and end in different places', async () => {
  const { clock, timings, row } = timed();
  const done = timings.time('outer', async () => {
    const end = timings.start('part');
    await clock.sleep(5);
    end();
    end();
    await clock.sleep(5);
  });
  await clock.advance(10);
  await done;
  expect(row('part')).toMatchObject({ calls: 1, totalMs: 5 });
  expect(row('outer')).toMatchObject({ selfMs: 5 });
});

test('folds names beyond the cap into one', () => {
  const timings = createTimings({ clock: new ManualClock(), maxNames: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'a']) timings.time(name, () => undefined);
  expect(
    timings
      .report()
      .rows.map(({ name, calls }) => [name, calls])
      .sort(),
  ).toEqual([
    ['__other__', 2],
    ['a', 2],
    ['b', 1],
  ]);
});

test('forgets everything, also what runs', async () => {
  const { clock, timings, row } = timed();
  const running = timings.time('x', () => clock.sleep(5));
  timings.reset();
  await clock.advance(5);
  await running;
  expect(row('x')).toBeUndefined();
});

test('tells quantiles within 2 %', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 }),
      async (lengths) => {
        const { clock, timings, row } = timed();
        for (const ms of lengths) {
          const done = timings.time('x', () => clock.sleep(ms / 10));
          await clock.advance(ms / 10);
          await done;
        }
        const sorted = lengths.map((ms) => ms / 10).sort((a, b) => a - b);
        for (const [share, told] of [
          [0.5, row('x')?.p50Ms],
          [0.95, row('x')?.p95Ms],
          [0.99, row('x')?.p99Ms],
        ] as const) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          expect(Math.abs((told ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.02 + 1e-6);
        }
        expect(row('x')?.maxMs).toBeCloseTo(sorted.at(-1) ?? 0, 6);
      },
    ),
    { numRuns: 50 },
  );
});

test('prints itself as a table, whatever the names hold', () => {
  const { timings } = timed();
  timings.time('a|b\nc', () => undefined);
  const [head, rule, line] = timings.report().toMarkdown().split('\n');
  expect(head).toMatch(/^\| name \| share \| self ms/);
  expect(rule).toBe(`|${' --- |'.repeat(11)}`);
  expect(line).toMatch(/^\| a\\\|b c \| 0\.0 % \| 0\.0 \| 0\.0 \| 1 \| 0 \|/);
});

test('times a decorated method under its name, or under one of its own', async () => {
  const { clock, timings, row } = timed();
  class Search {
    readonly ms = 5;

    @Profiled(timings)
    async find(): Promise<number> {
      await clock.sleep(this.ms);
      return this.ms;
    }

    @Profiled(() => timings, 'search.index')
    static index(value: number): number {
      return value + 1;
    }
  }
  const found = new Search().find();
  await clock.advance(5);
  expect(await found).toBe(5);
  expect(Search.index(1)).toBe(2);
  expect([row('find')?.totalMs, row('search.index')?.calls]).toEqual([5, 1]);
  expect(Search.prototype.find.name).toBe('find');
});

test('refuses a cap and a name that are none', () => {
  expect(() => createTimings({ maxNames: 0 })).toThrow('maxNames must be a positive integer, got 0');
  expect(() => createTimings().time(5 as never, () => 1)).toThrow('name must be a string, got number');
});
