import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../src/index.ts';
import { parseExposition } from '../src/testing/index.ts';
import { openMetrics, textOf } from './scraped.ts';

type Kind = 'counter' | 'gauge' | 'histogram';

interface Declared {
  readonly kind: Kind;
  readonly labels: number;
  readonly buckets: readonly number[];
}

interface Write {
  readonly metric: number;
  readonly values: readonly string[];
  readonly value: number;
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '"', '\\', '\n', '__proto__', 'constructor', 'a,b', '1,b:2', '} 1', '\\n', ' ', '\u2028', '😀'),
);
const declared: fc.Arbitrary<Declared> = fc.record({
  kind: fc.constantFrom<Kind>('counter', 'gauge', 'histogram'),
  labels: fc.integer({ min: 0, max: 3 }),
  buckets: fc
    .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 8 })
    .map((bounds) => bounds.sort((a, b) => a - b).map((bound) => bound / 4)),
});
const written: fc.Arbitrary<Write> = fc.record({
  metric: fc.nat({ max: 4 }),
  values: fc.array(nasty, { minLength: 3, maxLength: 3 }),
  value: fc.integer({ min: 0, max: 48 }).map((value) => value / 4),
});
const programs = fc.record({
  declarations: fc.array(declared, { minLength: 1, maxLength: 5 }),
  writes: fc.array(written, { maxLength: 40 }),
});

/** Every sample: its name and labels, and its value. */
type Model = Map<string, number>;

function idOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Writes to a Metrics and to a map, the plainest way there is. */
function run({ declarations, writes }: { declarations: readonly Declared[]; writes: readonly Write[] }): {
  readonly metrics: Metrics;
  readonly model: Model;
} {
  const metrics = createMetrics({ selfMetrics: false, labels: { service: 'x"y' } });
  const model: Model = new Map();
  const add = (name: string, labels: Record<string, string>, by: number, sets = false) => {
    const id = idOf(name, { service: 'x"y', ...labels });
    model.set(id, sets ? by : (model.get(id) ?? 0) + by);
  };
  const observe = (name: string, labels: Record<string, string>, { buckets }: Declared, value: number | undefined) => {
    for (const bound of [...buckets, Number.POSITIVE_INFINITY]) {
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
      add(`${name}_bucket`, { ...labels, le }, value !== undefined && value <= bound ? 1 : 0);
    }
    add(`${name}_sum`, labels, value ?? 0);
    add(`${name}_count`, labels, value === undefined ? 0 : 1);
  };
  const writers = declarations.map((one, index) => {
    const names = ['a', 'b', 'c'].slice(0, one.labels);
    const name = one.kind === 'counter' ? `m${index}_total` : `m${index}`;
    const spec = { name, help: `H "${index}" \\ \n`, labels: names };
    const named = (values: readonly string[]) =>
      Object.fromEntries(names.map((label, at) => [label, values[at]?.replace(/\p{Surrogate}/gu, '\ufffd') ?? '']));
    if (one.labels === 0 && one.kind === 'histogram') observe(name, {}, one, undefined);
    else if (one.labels === 0) add(name, {}, 0);
    return ({ values, value }: Write) => {
      const own = values.slice(0, one.labels);
      if (one.kind === 'histogram') {
        metrics
          .histogram({ ...spec, buckets: one.buckets })
          .at(...own)
          .record(value);
        observe(name, named(own), one, value);
      } else if (one.kind === 'gauge') {
        metrics
          .gauge(spec)
          .at(...own)
          .set(value);
        add(name, named(own), value, true);
      } else {
        metrics
          .counter(spec)
          .at(...own)
          .inc(value);
        add(name, named(own), value);
      }
    };
  });
  // Declared even when nothing is written.
  for (const [index, { kind, labels, buckets }] of declarations.entries()) {
    const spec = { help: `H "${index}" \\ \n`, labels: ['a', 'b', 'c'].slice(0, labels) };
    if (kind === 'counter') metrics.counter({ ...spec, name: `m${index}_total` });
    else if (kind === 'gauge') metrics.gauge({ ...spec, name: `m${index}` });
    else metrics.histogram({ ...spec, name: `m${index}`, buckets });
  }
  for (const write of writes) writers[write.metric % writers.length]?.(write);
  return { metrics, model };
}

function samplesOf(text: string, format: 'text' | 'openmetrics'): Model {
  const samples: Model = new Map();
  for (const family of parseExposition(text, format)) {
    for (const { name, labels, value } of family.samples) {
      const le = labels.le === undefined || labels.le === '+Inf' ? labels.le : String(Number(labels.le));
      samples.set(idOf(name, le === undefined ? labels : { ...labels, le }), value);
    }
  }
  return samples;
}

test('an exposition reads back as what was written, in both formats', async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const { metrics, model } = run(program);
      expect(samplesOf(await textOf(metrics), 'text')).toEqual(model);
      expect(samplesOf(await textOf(metrics, openMetrics), 'openmetrics')).toEqual(model);
    }),
    { numRuns: 300 },
  );
});

test('a snapshot says what the exposition says', async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const { metrics } = run(program);
      const samples: Model = new Map();
      for (const { name, series, buckets: bounds = [] } of metrics.snapshot().metrics) {
        for (const { labels, value, count, sum, buckets = [] } of series) {
          if (value !== undefined) samples.set(idOf(name, labels), value);
          if (count !== undefined) samples.set(idOf(`${name}_count`, labels), count);
          if (sum !== undefined) samples.set(idOf(`${name}_sum`, labels), sum);
          buckets.forEach((cumulative, index) => {
            const le = bounds[index] === undefined ? '+Inf' : String(bounds[index]);
            samples.set(idOf(`${name}_bucket`, { ...labels, le }), cumulative);
          });
        }
      }
      expect(samplesOf(await textOf(metrics), 'text')).toEqual(samples);
    }),
    { numRuns: 200 },
  );
});

test('two lists of label values are never one series, whatever is in them', () => {
  const lists = fc.uniqueArray(fc.tuple(nasty, nasty, nasty), {
    maxLength: 30,
    selector: (values) => JSON.stringify(values.map((value) => value.replace(/\p{Surrogate}/gu, '\ufffd'))),
  });
  fc.assert(
    fc.property(lists, (all) => {
      const counter = createMetrics().counter({ name: 'c_total', help: 'C.', labels: ['a', 'b', 'c'] });
      const cells = new Set(all.map((values) => counter.at(...values)));
      expect([cells.size, counter.seriesCount]).toEqual([all.length, all.length]);
      for (const values of all) expect(cells.has(counter.at(...values))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('no order of writes, removals and returns takes a metric past its cap, or loses a series that is there', () => {
  const steps = fc.array(
    fc.record({ act: fc.constantFrom('at', 'at', 'write', 'remove'), a: fc.nat({ max: 3 }), b: fc.nat({ max: 3 }) }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const metrics = createMetrics({ maxSeries: 4, maxTotalSeries: 6 });
      const counters = [0, 1].map((index) =>
        metrics.counter({ name: `c${index}_total`, help: 'C.', labels: ['a', 'b'] }),
      );
      const held: { inc(): void }[] = [];
      for (const { act, a, b } of all) {
        const counter = counters[a % 2];
        if (act === 'at') held.push(counter?.at(a, b) as { inc(): void });
        else if (act === 'write') held[(a * 4 + b) % Math.max(held.length, 1)]?.inc();
        else counter?.remove({ a: String(a) });
        const counts = counters.map(({ seriesCount }) => seriesCount);
        expect(Math.max(...counts)).toBeLessThanOrEqual(5);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6 + 2);
        for (const metric of metrics.snapshot().metrics) {
          const labels = metric.series.map((series) => JSON.stringify(series.labels));
          expect(new Set(labels).size).toBe(labels.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});
