import { PerformanceObserver } from 'node:perf_hooks';
import * as promClient from 'prom-client';
import type { Case } from '../../../bench/case.ts';
import { createMetrics, linearBuckets, type Metrics, runtimeMetrics } from '../src/index.ts';
import { help } from './rivals.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const text = async (metrics: Metrics) => new TextDecoder().decode((await metrics.scrape()).body);
const seriesIn = (exposition: string, name: string) =>
  exposition.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).length;

/** One program a fact, run on ours and on prom-client. */
export async function besidePromClient(): Promise<Case[]> {
  return [
    fact('series of two lists of values that look alike', await colliding()),
    fact('counters lost to one NaN', await poisoned()),
    fact('unsorted buckets accepted', unsorted()),
    fact('bounds with dirt in five tenths', dirt()),
    fact('the word undefined for a label that is missing', await missing()),
    fact('names changed by an OpenMetrics scrape', await renamed()),
    fact('default gauges named _total', await gaugesNamedTotal()),
    fact('collections not counted of a burst of 30', await burst()),
    fact('milliseconds of its own scrape in the lag', await ownLag(), 'ms'),
    fact('observers left by a stop', await leftRunning()),
  ];
}

interface Figures {
  readonly ours: number;
  readonly theirs: number;
}

function fact(name: string, { ours, theirs }: Figures, unit: Case['unit'] = 'count'): Case {
  return { name, unit, value: ours, peers: { 'prom-client': theirs } };
}

async function colliding(): Promise<Figures> {
  const labels = ['a', 'b'];
  const metrics = createMetrics();
  const registry = new promClient.Registry();
  const own = metrics.counter({ name: 'c_total', help, labels });
  const rival = new promClient.Counter({ name: 'c_total', help, labelNames: labels, registers: [registry] });
  for (const [a = '', b = ''] of [
    ['1,b:2', '3'],
    ['1', '2,b:3'],
  ]) {
    own.at(a, b).inc();
    rival.inc({ a, b });
  }
  return { ours: seriesIn(await text(metrics), 'c_total'), theirs: seriesIn(await registry.metrics(), 'c_total') };
}

async function poisoned(): Promise<Figures> {
  const metrics = createMetrics();
  const own = metrics.counter({ name: 'c_total', help }).at();
  const rival = new promClient.Counter({ name: 'c_total', help, registers: [] });
  for (const by of [1, Number.NaN, 1]) {
    own.inc(by);
    rival.inc(by);
  }
  const [shown] = (await rival.get()).values;
  return { ours: own.value === 2 ? 0 : 1, theirs: shown?.value === 2 ? 0 : 1 };
}

function unsorted(): Figures {
  const accepts = (declare: () => unknown) => {
    try {
      declare();
      return 1;
    } catch {
      return 0;
    }
  };
  const buckets = [5, 2];
  return {
    ours: accepts(() => createMetrics().histogram({ name: 'h', help, buckets })),
    theirs: accepts(() => new promClient.Histogram({ name: 'h', help, buckets, registers: [] })),
  };
}

function dirt(): Figures {
  const dirty = (bounds: readonly number[]) => bounds.filter((bound) => String(bound).length > 3).length;
  return { ours: dirty(linearBuckets(0.1, 0.1, 5)), theirs: dirty(promClient.linearBuckets(0.1, 0.1, 5)) };
}

async function missing(): Promise<Figures> {
  const metrics = createMetrics();
  const registry = new promClient.Registry();
  metrics
    .gauge({ name: 'g', help, labels: ['a'] })
    .at(undefined)
    .set(1);
  new promClient.Gauge({ name: 'g', help, labelNames: ['a'], registers: [registry] }).set({ a: undefined as never }, 1);
  const says = (exposition: string) => (exposition.includes('undefined') ? 1 : 0);
  return { ours: says(await text(metrics)), theirs: says(await registry.metrics()) };
}

async function renamed(): Promise<Figures> {
  const metrics = createMetrics({ selfMetrics: false });
  metrics.counter({ name: 'c_total', help });
  await metrics.scrape({ accept: 'application/openmetrics-text' });
  const registry = new promClient.Registry<promClient.OpenMetricsContentType>();
  registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE);
  const rival = new promClient.Counter({ name: 'c_total', help, registers: [registry] });
  await registry.metrics();
  const { name } = await rival.get();
  return { ours: metrics.declarations()[0]?.name === 'c_total' ? 0 : 1, theirs: name === 'c_total' ? 0 : 1 };
}

async function gaugesNamedTotal(): Promise<Figures> {
  const metrics = createMetrics();
  const runtime = runtimeMetrics(metrics);
  const registry = new promClient.Registry();
  promClient.collectDefaultMetrics({ register: registry });
  const wrong = (exposition: string) => exposition.match(/^# TYPE \w+_total gauge$/gm)?.length ?? 0;
  const figures = { ours: wrong(await text(metrics)), theirs: wrong(await registry.metrics()) };
  runtime.stop();
  registry.clear();
  return figures;
}

async function burst(): Promise<Figures> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  const metrics = createMetrics();
  const runtime = runtimeMetrics(metrics);
  const registry = new promClient.Registry();
  promClient.collectDefaultMetrics({ register: registry });
  await pause(20);
  for (let time = 0; time < 30; time++) collect();
  await pause(50);
  const counted = (exposition: string) =>
    Number(/^nodejs_gc_duration_seconds_count\{[^}]*major"[^}]*\} (\d+)$/m.exec(exposition)?.[1] ?? 0);
  const figures = {
    ours: Math.max(30 - counted(await text(metrics)), 0),
    theirs: Math.max(30 - counted(await registry.metrics()), 0),
  };
  runtime.stop();
  registry.clear();
  return figures;
}

/** A scrape that works for 100 ms at a time; what the next one says of the greatest lag. */
async function ownLag(): Promise<Figures> {
  const work = async () => {
    for (let step = 0; step < 3; step++) {
      const until = performance.now() + 100;
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const lagIn = (exposition: string) =>
    1_000 * Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(exposition)?.[1] ?? 0);
  const metrics = createMetrics();
  const runtime = runtimeMetrics(metrics);
  metrics.collect('work', work);
  const registry = new promClient.Registry();
  promClient.collectDefaultMetrics({ register: registry });
  new promClient.Gauge({ name: 'work', help, registers: [registry], collect: work });
  const lagOf = async (scrape: () => Promise<string>) => {
    await pause(50);
    await scrape();
    await pause(50);
    return lagIn(await scrape());
  };
  const ours = await lagOf(() => text(metrics));
  runtime.stop();
  const theirs = await lagOf(() => registry.metrics());
  registry.clear();
  return { ours, theirs };
}

/** Whether collections are still watched for after everything was asked to stop. */
async function leftRunning(): Promise<Figures> {
  const observe = PerformanceObserver.prototype.observe;
  const disconnect = PerformanceObserver.prototype.disconnect;
  const live = new Set<PerformanceObserver>();
  PerformanceObserver.prototype.observe = function (...args) {
    live.add(this);
    return observe.apply(this, args);
  };
  PerformanceObserver.prototype.disconnect = function () {
    live.delete(this);
    return disconnect.apply(this);
  };
  try {
    runtimeMetrics(createMetrics()).stop();
    const ours = live.size;
    const registry = new promClient.Registry();
    promClient.collectDefaultMetrics({ register: registry });
    // There is nothing else to call.
    registry.clear();
    return { ours, theirs: live.size - ours };
  } finally {
    for (const observer of live) disconnect.apply(observer);
    PerformanceObserver.prototype.observe = observe;
    PerformanceObserver.prototype.disconnect = disconnect;
  }
}
