import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import type { Merge, ShardPart } from './merge.ts';
import { mergeConcat } from './merge-concat.ts';
import { mergeGroups } from './merge-groups.ts';
import { mergeOrdered } from './merge-ordered.ts';
import { mergeTotals, type TotalsKind } from './merge-totals.ts';
import { shardLimit } from './page.ts';

const ascending = (a: number, b: number) => a - b;
const parts = <P>(byId: Readonly<Record<string, P>>): ShardPart<P>[] =>
  Object.entries(byId).map(([shard, part]) => ({ shard, part }));

test('merges as the vectors say', () => {
  for (const { merge, order, options, spec, parts: answers, value } of vectors.merges as unknown as readonly Vector[]) {
    const compare = (a: number, b: number) => (order === 'desc' ? b - a : a - b);
    const merges: Readonly<Record<string, () => unknown>> = {
      ordered: () => mergeOrdered({ ...options, compare }),
      concat: () => mergeConcat(),
      totals: () => mergeTotals(spec as Record<string, TotalsKind>),
    };
    const made = merges[merge]?.() as Merge<unknown, unknown> | undefined;
    expect(made?.combine(parts(answers))).toEqual(value);
  }
});

interface Vector {
  readonly merge: string;
  readonly order?: string;
  readonly options?: { readonly offset?: number; readonly limit?: number };
  readonly spec?: unknown;
  readonly parts: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

const shards = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(fc.record({ n: fc.nat(9), id: fc.nat() })), {
  noNullPrototype: true,
});
const byN = (a: { readonly n: number }, b: { readonly n: number }) => a.n - b.n;

test('an ordered merge is sorting everything, stable by shard id, and taking the page', () => {
  const page = fc.record({ offset: fc.nat(12), limit: fc.nat(12) });
  fc.assert(
    fc.property(shards, page, fc.boolean(), (rows, { offset, limit }, distinct) => {
      const sorted = Object.fromEntries(Object.entries(rows).map(([shard, own]) => [shard, [...own].sort(byN)]));
      let expected = Object.keys(sorted)
        .sort()
        .flatMap((shard) => sorted[shard] ?? [])
        .sort(byN);
      if (distinct) expected = expected.filter((row, index) => expected.findIndex(({ n }) => n === row.n) === index);
      const options = { compare: byN, offset, limit, ...(distinct ? { distinctBy: ({ n }: { n: number }) => n } : {}) };
      expect(mergeOrdered(options).combine(parts(sorted).reverse())).toEqual(expected.slice(offset, offset + limit));
      // Asked for no more than they must be, the shards still give the same page.
      if (distinct) return;
      const cut = Object.fromEntries(
        Object.entries(sorted).map(([shard, own]) => [shard, own.slice(0, shardLimit({ offset, limit }).limit)]),
      );
      expect(mergeOrdered(options).combine(parts(cut))).toEqual(expected.slice(offset, offset + limit));
    }),
    { numRuns: 500 },
  );
});

test('groups are those of all rows together', () => {
  fc.assert(
    fc.property(shards, fc.option(fc.nat(5), { nil: undefined }), (rows, limit) => {
      const merge = mergeGroups({
        by: (row: { readonly n: number; readonly id: number }) => row.n,
        combine: (a, b) => ({ n: a.n, id: a.id + b.id }),
        compare: byN,
        ...(limit === undefined ? {} : { limit }),
      });
      const sums = new Map<number, number>();
      for (const { n, id } of Object.values(rows).flat()) sums.set(n, (sums.get(n) ?? 0) + id);
      const expected = [...sums]
        .map(([n, id]) => ({ n, id }))
        .sort(byN)
        .slice(0, limit);
      expect(merge.combine(parts(rows))).toEqual(expected);
    }),
  );
});

test('a mean is that of all rows, never one of means', () => {
  const spec = { n: 'count', total: 'sum', mean: { avg: ['total', 'n'] }, low: 'min', high: 'max' } as const;
  const rows = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.integer({ min: -99, max: 99 })), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(rows, (values) => {
      const answered = Object.entries(values).map(([shard, own]) => ({
        shard,
        part: {
          n: own.length,
          total: own.length === 0 ? null : own.reduce((a, b) => a + b),
          low: own.length === 0 ? null : Math.min(...own),
          high: own.length === 0 ? null : Math.max(...own),
        },
      }));
      const all = Object.values(values).flat();
      const total = all.reduce((a, b) => a + b, 0);
      const expected =
        all.length === 0
          ? { n: 0 }
          : { n: all.length, total, mean: total / all.length, low: Math.min(...all), high: Math.max(...all) };
      expect(mergeTotals(spec as never).combine(answered as never)).toEqual(expected);
    }),
  );
});

test('a shard that has no row of totals is passed over', () => {
  const merge = mergeTotals<{ n: number }>({ n: 'sum' });
  const parts = [
    { shard: 'a', part: null },
    { shard: 'b', part: { n: 2 } },
    { shard: 'c', part: undefined },
  ];
  expect(merge.combine(parts as never)).toEqual({ n: 2 });
});

test('sums that a double cannot hold stay exact', () => {
  const merge = mergeTotals({ total: 'sum', n: 'count' });
  const large = 2n ** 63n;
  expect(merge.combine(parts({ a: { total: large, n: 1 }, b: { total: 1, n: '2' } }))).toEqual({
    total: large + 1n,
    n: 3,
  });
  expect(merge.combine(parts({ a: { total: '9007199254740993', n: 1 }, b: { total: null, n: 0 } }))).toEqual({
    total: 9007199254740993n,
    n: 1,
  });
  expect(merge.combine(parts({ a: { total: 2 ** 53 - 1, n: 1 }, b: { total: 2, n: 1 } })).total).toBe(2n ** 53n + 1n);
  // What was no exact number before is none as a sum.
  expect(merge.combine(parts({ a: { total: 1e300, n: 1 }, b: { total: 1, n: 1 } })).total).toBe(1e300);
  expect(merge.combine(parts({ a: { total: '1.5', n: 1 }, b: { total: '2', n: 1 } })).total).toBe('3.5');
});

test('decimals add up as decimals, text is ordered by its bytes, and a column is what a row has of its own', () => {
  const spec = { s: 'sum', low: 'min', high: 'max', constructor: 'min', mean: { avg: ['s', 'n'] } } as const;
  const merge = mergeTotals<Record<string, unknown>>(spec as never);
  expect(
    merge.combine(
      parts({
        a: { s: '0.1', low: '\uffff', high: '\uffff', n: 1 },
        b: { s: '0.20', low: '\u{10000}', high: '\u{10000}', n: '2' },
        c: { s: -3n, low: 'z', high: 'z', n: 0 },
      }),
    ),
  ).toEqual({ s: '-2.70', low: 'z', high: '\u{10000}', mean: -0.9 });
  expect(merge.combine(parts({ a: { s: '-0.1', n: 1 }, b: { s: 0.3, n: 1 } })).s).toBeCloseTo(0.2);
});

const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))
  .map(([digits, scale]) => ({ digits, scale, text: textOf(digits, scale) }));

function textOf(digits: bigint, scale: number): string {
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const text = scale === 0 ? all : `${all.slice(0, -scale)}.${all.slice(-scale)}`;
  return digits < 0n ? `-${text}` : text;
}

test('decimals as text add up and are ordered to the last digit', () => {
  fc.assert(
    fc.property(fc.array(decimalText, { minLength: 1, maxLength: 6 }), (values) => {
      const answered = values.map(({ text }, index) => ({
        shard: `s${index}`,
        part: { s: text, low: text, high: text },
      }));
      const merge = mergeTotals({ s: 'sum', low: 'min', high: 'max' });
      const { s, low, high } = merge.combine(answered);
      const scale = Math.max(...values.map((value) => value.scale));
      const exact = values.map((value) => value.digits * 10n ** BigInt(scale - value.scale));
      const total = exact.reduce((sum, value) => sum + value, 0n);
      if (scale === 0) expect(BigInt(s as number)).toBe(total);
      else expect(s).toBe(textOf(total, scale));
      const exactOf = (text: unknown) => exact[values.findIndex((value) => value.text === text)];
      const ordered = [...exact].sort((a, b) => (a < b ? -1 : Number(a > b)));
      expect([exactOf(low), exactOf(high)]).toEqual([ordered[0], ordered.at(-1)]);
    }),
  );
});

test.each([
  [['9', '10'], '9', '10'],
  [['176.03', '22.34'], '22.34', '176.03'],
  [['-9', '-10', 5], '-10', 5],
  [['9007199254740993', 9007199254740992n, 1.5], 1.5, '9007199254740993'],
  [['1e3', '999.5', '2E-7'], '2E-7', '1e3'],
  [['NaN', '5', '-Infinity', 'Infinity'], '-Infinity', 'NaN'],
  [[Number.NaN, 5], 5, Number.NaN],
  // A zero too many, a letter, or nothing: text.
  [['0210', '9'], '0210', '9'],
  [['9', '10', 'x'], '10', 'x'],
  [['', '5'], '', '5'],
])('of %o the least is %o, and the greatest %o', (values, low, high) => {
  const answered = values.map((value, index) => ({ shard: `s${index}`, part: { low: value, high: value } }));
  expect(mergeTotals({ low: 'min', high: 'max' }).combine(answered)).toEqual({ low, high });
});

test.each([
  [['1234567890123456.78', '0.01'], '1234567890123456.79'],
  [['99999999999999.99', '0.01', '0.001'], '100000000000000.001'],
  [['-0.50', '0.5', 0], '0.00'],
  [['+1.5', '.5', '2.'], '4.0'],
  [['1.50', 0.25], 1.75],
  [['1e2', '0.5'], 100.5],
  [['NaN', '1.5'], 'NaN'],
  [['Infinity', '1', 2n], 'Infinity'],
  [['Infinity', '-Infinity'], 'NaN'],
  [['NaN', 0.5], Number.NaN],
])('the sum of %o is %o', (values, sum) => {
  const answered = values.map((value, index) => ({ shard: `s${index}`, part: { sum: value } }));
  expect(mergeTotals({ sum: 'sum' }).combine(answered)).toEqual({ sum });
});

test('a shard that answers null has no rows', () => {
  const answered = [
    { shard: 'a', part: [2] },
    { shard: 'b', part: null },
    { shard: 'c', part: undefined },
    { shard: 'd', part: [1] },
  ] as never;
  expect(mergeConcat().combine(answered)).toEqual([2, 1]);
  expect(mergeOrdered({ compare: ascending }).combine(answered)).toEqual([1, 2]);
  expect(mergeGroups({ by: () => 0, combine: (a: number, b: number) => a + b }).combine(answered)).toEqual([3]);
});

test('a limit of 0 is no rows, and looks at none', () => {
  const compare = () => {
    throw new Error('compared');
  };
  expect(mergeOrdered({ compare, limit: 0 }).combine(parts({ a: [1], b: [2] }))).toEqual([]);
  expect(mergeOrdered({ compare: ascending }).combine([])).toEqual([]);
});

test('refuses pages, functions and kinds that are none', () => {
  for (const page of [{}, { offset: 3 }]) expect(() => shardLimit(page as never)).toThrow(RangeError);
  for (const limit of [-1, 1.5, Number.NaN, '2']) {
    expect(() => mergeOrdered({ compare: ascending, limit: limit as number })).toThrow(RangeError);
    expect(() => shardLimit({ limit: limit as number })).toThrow(RangeError);
    expect(() => shardLimit({ offset: limit as number, limit: 1 })).toThrow(RangeError);
    expect(() => mergeGroups({ by: String, combine: (a) => a, limit: limit as number })).toThrow(RangeError);
  }
  expect(() => mergeOrdered({} as never)).toThrow(TypeError);
  expect(() => mergeOrdered({ compare: ascending, distinctBy: 5 as never })).toThrow('distinctBy must be a function');
  expect(() => mergeGroups({} as never)).toThrow(TypeError);
  for (const kind of ['mean', { avg: ['a'] }, null]) expect(() => mergeTotals({ a: kind as never })).toThrow(TypeError);
  for (const spec of [3, [], null])
    expect(() => mergeTotals(spec as never)).toThrow('spec must be an object of columns');
  expect(() => mergeTotals({ a: 'sum' }).combine(parts({ a: { a: 'x' }, b: { a: 1 } }))).toThrow(TypeError);
});
