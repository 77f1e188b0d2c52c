import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import type { Metrics } from '../metrics.ts';
import type { Snapshot } from '../snapshot.ts';
import { parseExposition } from '../testing/index.ts';
import { answerScrapes } from './answer-scrapes.ts';
import { createAggregate } from './create-aggregate.ts';
import type { FramePort } from './frame-port.ts';

/** Two ends of a wire that carries what JSON can, in order, later; a test may cut it or put something else on it. */
function wire() {
  const handlers: Set<(message: unknown) => void>[] = [new Set(), new Set()];
  const state = { isCut: false };
  const end = (own: number, other: number): FramePort => ({
    send(message) {
      const text = JSON.stringify(message);
      queueMicrotask(() => {
        if (!state.isCut) for (const handler of handlers[other] ?? []) handler(JSON.parse(text));
      });
    },
    receive(handler) {
      handlers[own]?.add(handler);
      return () => void handlers[own]?.delete(handler);
    },
  });
  return { main: end(0, 1), worker: end(1, 0), state, listeners: () => handlers.map((set) => set.size) };
}

const quiet = { selfMetrics: false } as const;

function workerOn(port: FramePort): Metrics {
  const metrics = createMetrics(quiet);
  answerScrapes(metrics, port);
  return metrics;
}

const valuesOf = ({ metrics }: Snapshot, name: string) =>
  Object.fromEntries(
    (metrics.find((metric) => metric.name === name)?.series ?? []).map(({ labels, value, count }) => [
      Object.values(labels).join(),
      value ?? count,
    ]),
  );

async function text(scraped: Promise<{ body: Uint8Array }>): Promise<string> {
  return Buffer.from((await scraped).body).toString();
}

test('sums counters and histograms by label set, and gauges as they were declared', async () => {
  const aggregate = createAggregate();
  for (const [index, level] of [3, 1, 5].entries()) {
    const { main, worker } = wire();
    const metrics = workerOn(worker);
    metrics
      .counter({ name: 'c_total', help: '', labels: ['x'] })
      .at('a')
      .inc(level);
    metrics
      .histogram({ name: 'h', help: '', buckets: [2, 4] })
      .at()
      .record(level);
    for (const how of ['sum', 'min', 'max', 'average', 'each'] as const)
      metrics
        .gauge({ name: `g_${how}`, help: '', aggregate: how })
        .at()
        .set(level);
    metrics.gauge({ name: 'g', help: '' }).at().set(level);
    aggregate.add(`w${index}`, main);
  }
  const all = await aggregate.snapshot();
  expect(valuesOf(all, 'c_total')).toEqual({ a: 9 });
  expect(all.metrics.find(({ name }) => name === 'h')?.series).toEqual([
    { labels: {}, count: 3, sum: 9, buckets: [1, 2, 3] },
  ]);
  expect(['g', 'g_sum', 'g_min', 'g_max', 'g_average'].map((name) => valuesOf(all, name)[''])).toEqual([9, 9, 1, 5, 3]);
  expect(valuesOf(all, 'g_each')).toEqual({ w0: 3, w1: 1, w2: 5 });
  expect(all.metrics.find(({ name }) => name === 'g_each')?.labels).toEqual(['worker']);
});

const event = fc.record({
  worker: fc.nat(3),
  metric: fc.constantFrom('c', 'h'),
  label: fc.constantFrom('', 'a', '"\n\\'),
  value: fc.nat(20),
});

test('is what one process would have counted, however the work is split', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const single = createMetrics(quiet);
      const aggregate = createAggregate();
      const workers = [0, 1, 2, 3].map((id) => {
        const { main, worker } = wire();
        aggregate.add(String(id), main);
        return workerOn(worker);
      });
      for (const { worker, metric, label, value } of events) {
        for (const metrics of [single, workers[worker] as Metrics]) {
          if (metric === 'c')
            metrics
              .counter({ name: 'c_total', help: 'C', labels: ['x'] })
              .at(label)
              .inc(value);
          else
            metrics
              .histogram({ name: 'h', help: 'H', labels: ['x'], buckets: [1, 5, 10] })
              .at(label)
              .record(value);
        }
      }
      for (const accept of ['text/plain', 'application/openmetrics-text; version=1.0.0']) {
        const lines = (page: string) =>
          page
            .split('\n')
            .filter((line) => !line.includes('xc_metrics_workers'))
            .sort();
        expect(lines(await text(aggregate.scrape({ accept })))).toEqual(lines(await text(single.scrape({ accept }))));
      }
    }),
    { numRuns: 100 },
  );
});

test('renders what a strict parser accepts, with what it says of the workers, filtered and compressed on demand', async () => {
  const local = createMetrics(quiet);
  local
    .histogram({ name: 'below_zero', help: '', buckets: [-1, 1] })
    .at()
    .record(-2);
  local.counter({ name: 'c_total', help: 'Two\nlines' }).at().inc(2);
  const aggregate = createAggregate({ local });
  for (const [accept, format] of [
    ['text/plain', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
  ] as const) {
    const page = await text(aggregate.scrape({ accept }));
    expect(parseExposition(page, format).map(({ name }) => name)).toContain('xc_metrics_workers');
    expect(page).toContain('xc_metrics_workers 1\n');
  }
  expect(await text(aggregate.scrape({ names: ['c_total'] }))).toBe(
    '# HELP c_total Two\\nlines\n# TYPE c_total counter\nc_total 2\n',
  );
  local.counter({ name: 'long_total', help: 'x'.repeat(2_000) });
  expect((await aggregate.scrape({ acceptEncoding: 'gzip' })).headers).toMatchObject({
    'content-encoding': 'gzip',
    'cache-control': 'no-store',
  });
});

test('runs the collectors of every worker, and shows the rest when one hangs', async () => {
  const { main, worker } = wire();
  const metrics = createMetrics({ ...quiet, collectTimeoutMs: 60_000 });
  answerScrapes(metrics, worker);
  const depth = metrics.gauge({ name: 'depth', help: '' });
  metrics.collect('depth', () => depth.at().set(7));
  const aggregate = createAggregate({ deadlineMs: 1_000 });
  aggregate.add('w', main);
  expect(valuesOf(await aggregate.snapshot(), 'depth')).toEqual({ '': 7 });
  metrics.collect('hangs', () => new Promise(() => undefined));
  const all = await aggregate.snapshot();
  expect(valuesOf(all, 'depth')).toEqual({ '': 7 });
  expect(valuesOf(all, 'xc_metrics_workers_missing')).toEqual({ '': 0 });
});

test('does without the gauges of a silent worker, keeps what it had counted, and says so', async () => {
  const clock = new ManualClock();
  const aggregate = createAggregate({ clock, deadlineMs: 500 });
  const { main, worker, state } = wire();
  const metrics = workerOn(worker);
  metrics.counter({ name: 'c_total', help: '' }).at().inc(4);
  metrics.gauge({ name: 'g', help: '' }).at().set(4);
  aggregate.add('w', main);
  await aggregate.snapshot();
  state.isCut = true;
  metrics.counter({ name: 'c_total', help: '' }).at().inc(4);
  const asked = aggregate.snapshot();
  let settled = false;
  void asked.then(() => {
    settled = true;
  });
  await clock.advance(499);
  expect(settled).toBe(false);
  await clock.advance(1);
  const all = await asked;
  expect([valuesOf(all, 'c_total'), valuesOf(all, 'g'), valuesOf(all, 'xc_metrics_workers_missing')]).toEqual([
    { '': 4 },
    {},
    { '': 1 },
  ]);
  state.isCut = false;
  const back = await aggregate.snapshot();
  expect([valuesOf(back, 'c_total'), valuesOf(back, 'g'), valuesOf(back, 'xc_metrics_workers_missing')]).toEqual([
    { '': 8 },
    { '': 4 },
    { '': 0 },
  ]);
});

test('keeps what a removed worker has counted, and adds a new life of the same name on top', async () => {
  const aggregate = createAggregate();
  const live = (count: number) => {
    const { main, worker, listeners } = wire();
    const metrics = workerOn(worker);
    metrics.counter({ name: 'c_total', help: '' }).at().inc(count);
    metrics
      .histogram({ name: 'h', help: '', buckets: [1] })
      .at()
      .record(count);
    metrics.gauge({ name: 'g', help: '' }).at().set(count);
    aggregate.add('w', main);
    return listeners;
  };
  const listeners = live(1);
  await aggregate.snapshot();
  aggregate.remove('w');
  expect(listeners()[0]).toBe(0);
  const gone = await aggregate.snapshot();
  expect([
    valuesOf(gone, 'c_total'),
    valuesOf(gone, 'h'),
    valuesOf(gone, 'g'),
    valuesOf(gone, 'xc_metrics_workers'),
  ]).toEqual([{ '': 1 }, { '': 1 }, {}, { '': 0 }]);
  live(2);
  await aggregate.snapshot();
  live(4);
  const all = await aggregate.snapshot();
  expect([valuesOf(all, 'c_total'), valuesOf(all, 'h'), valuesOf(all, 'g')]).toEqual([{ '': 7 }, { '': 3 }, { '': 4 }]);
  aggregate.remove('nobody');
  aggregate.close();
  expect(valuesOf(await aggregate.snapshot(), 'c_total')).toEqual({ '': 3 });
});

test('counts a worker that is removed while it is asked once', async () => {
  const aggregate = createAggregate();
  const { main, worker } = wire();
  workerOn(worker).counter({ name: 'c_total', help: '' }).at().inc();
  aggregate.add('w', main);
  await aggregate.snapshot();
  const asked = aggregate.snapshot();
  aggregate.remove('w');
  await new Promise((resolve) => setImmediate(resolve));
  expect(valuesOf(await aggregate.snapshot(), 'c_total')).toEqual({ '': 1 });
  void asked;
});

test('leaves out a worker whose metrics do not fit, and says so', async () => {
  const local = createMetrics(quiet);
  local
    .histogram({ name: 'h', help: '', buckets: [1, 2] })
    .at()
    .record(1);
  const aggregate = createAggregate({ local });
  const { main, worker } = wire();
  const other = workerOn(worker);
  other
    .histogram({ name: 'h', help: '', buckets: [1, 3] })
    .at()
    .record(1);
  other.counter({ name: 'c_total', help: '' }).at().inc();
  aggregate.add('w', main);
  const all = await aggregate.snapshot();
  expect([valuesOf(all, 'h'), valuesOf(all, 'c_total'), valuesOf(all, 'xc_metrics_workers_failed')]).toEqual([
    { '': 1 },
    {},
    { '': 1 },
  ]);
});

test('takes every level of a gauge over a channel that has no infinities', async () => {
  const { main, worker } = wire();
  const aggregate = createAggregate();
  aggregate.add('w', main);
  const metrics = workerOn(worker);
  const levels = metrics.gauge({ name: 'level', help: '', labels: ['of'] });
  const written = { nothing: Number.NaN, most: Number.POSITIVE_INFINITY, least: Number.NEGATIVE_INFINITY, some: 2 };
  for (const [of, level] of Object.entries(written)) levels.at(of).set(level);
  metrics.counter({ name: 'c_total', help: '' }).at().inc();
  const all = await aggregate.snapshot();
  expect(valuesOf(all, 'level')).toEqual(written);
  expect([valuesOf(all, 'c_total'), valuesOf(all, 'xc_metrics_workers_missing')]).toEqual([{ '': 1 }, { '': 0 }]);
});

test('ignores messages of others and damaged ones', async () => {
  const clock = new ManualClock();
  const { main, worker } = wire();
  const aggregate = createAggregate({ clock, deadlineMs: 100 });
  aggregate.add('w', main);
  const metric = { name: 'c', help: '', type: 'counter', labels: [], series: [{ labels: {}, value: 1 }] };
  const frame = (id: unknown, ...metrics: unknown[]) => ({ type: '@xc/metrics/frame', id, snapshot: { metrics } });
  const damaged = [
    null,
    5,
    'x',
    {},
    frame('1', metric),
    frame(1, null),
    frame(1, { ...metric, type: 'summary' }),
    frame(1, { ...metric, labels: [5] }),
    frame(1, { ...metric, series: [{ labels: { a: 1 }, value: 1 }] }),
    frame(1, { ...metric, series: [{ labels: {} }] }),
    frame(1, { ...metric, series: [{ labels: {}, value: 'NaN' }] }),
    frame(1, { ...metric, type: 'gauge', series: [{ labels: {}, value: 'none' }] }),
    frame(1, { ...metric, type: 'histogram', series: [{ labels: {}, count: 1, sum: 1, buckets: [1] }] }),
    frame(7, metric),
  ];
  worker.receive(() => {
    for (const message of damaged) worker.send(message);
  });
  const asked = aggregate.snapshot();
  await clock.advance(100);
  const all = await asked;
  expect([valuesOf(all, 'c'), valuesOf(all, 'xc_metrics_workers_missing')]).toEqual([{}, { '': 1 }]);
  const silent = wire();
  answerScrapes(createMetrics(), silent.worker);
  const answers: unknown[] = [];
  silent.main.receive((message) => answers.push(message));
  for (const message of [
    null,
    'x',
    { type: '@xc/metrics/scrape' },
    { type: '@xc/metrics/scrape', id: 1, withinMs: -1 },
  ])
    silent.main.send(message);
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toEqual([]);
});

test('shares one rendering among those who ask at once', async () => {
  const { main, worker } = wire();
  const aggregate = createAggregate();
  let questions = 0;
  worker.receive(() => {
    questions += 1;
  });
  workerOn(worker);
  aggregate.add('w', main);
  const bodies = await Promise.all(Array.from({ length: 20 }, () => aggregate.scrape()));
  expect(new Set(bodies.map(({ body }) => body)).size).toBe(1);
  expect(questions).toBe(1);
});

test('lets a caller go at once', async () => {
  const { main } = wire();
  const aggregate = createAggregate({ clock: new ManualClock() });
  aggregate.add('w', main);
  const controller = new AbortController();
  const asked = aggregate.scrape({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});

test('refuses what cannot be a deadline, an id or a port', async () => {
  expect(() => createAggregate({ deadlineMs: 0 })).toThrow(RangeError);
  expect(() => createAggregate().add('', wire().main)).toThrow('id must be a text of at least one character, got ');
});
