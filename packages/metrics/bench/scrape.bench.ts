import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { latencyBuckets, type Metrics } from '../src/index.ts';
import { help, labelNames, openTelemetry, type PromClient, promClients, roomy, routes } from './rivals.ts';

const NS_PER_MS = 1e6;

/** What a whole scrape costs, to the bytes that are sent. */
const bench: Bench = {
  name: 'scrape',
  async run(): Promise<readonly Case[]> {
    return [
      await scrape('10,000 counters', {}, counters(10_000)),
      await scrape('714 histograms', {}, histograms(714)),
      await scrape(
        '714 histograms, constant labels',
        { service: 'atlas', region: 'eu', version: '1.2.3' },
        histograms(714),
      ),
      await linear(),
    ];
  },
};

interface Filler {
  ours(metrics: Metrics): void;
  theirs(client: PromClient, registers: PromClient['register'][]): void;
  openTelemetry(otel: ReturnType<typeof openTelemetry>): void;
}

function counters(count: number): Filler {
  const all = [...routes(count).entries()];
  return {
    ours(metrics) {
      const counter = metrics.counter({ name: 'requests_total', help, labels: labelNames });
      for (const [index, route] of all) counter.at('GET', route, '200').inc(index);
    },
    theirs(client, registers) {
      const counter = new client.Counter({ name: 'requests_total', help, labelNames, registers });
      for (const [index, route] of all) counter.inc({ method: 'GET', route, status: '200' }, index);
    },
    openTelemetry({ counter }) {
      for (const [index, route] of all) counter.add(index, { method: 'GET', route, status: '200' });
    },
  };
}

function histograms(count: number): Filler {
  const all = [...routes(count).entries()];
  return {
    ours(metrics) {
      const histogram = metrics.histogram({ name: 'duration_seconds', help, labels: labelNames });
      for (const [index, route] of all) histogram.at('GET', route, '200').record(index / 70);
    },
    theirs(client, registers) {
      const buckets = [...latencyBuckets];
      const histogram = new client.Histogram({ name: 'duration_seconds', help, labelNames, registers, buckets });
      for (const [index, route] of all) histogram.observe({ method: 'GET', route, status: '200' }, index / 70);
    },
    openTelemetry({ histogram }) {
      for (const [index, route] of all) histogram.record(index / 70, { method: 'GET', route, status: '200' });
    },
  };
}

async function scrape(name: string, labels: Readonly<Record<string, string>>, fill: Filler): Promise<Case> {
  const metrics = roomy(labels);
  fill.ours(metrics);
  const [original, fork] = Object.values(promClients).map((client) => {
    const registry = new client.Registry();
    registry.setDefaultLabels(labels);
    fill.theirs(client as PromClient, [registry]);
    return registry;
  });
  const otel = openTelemetry();
  fill.openTelemetry(otel);
  const { ours, ...peers } = await interleave({
    ours: () => metrics.scrape(),
    'prom-client': async () => Buffer.from((await original?.metrics()) ?? ''),
    platformatic: async () => Buffer.from((await fork?.metrics()) ?? ''),
    // Collected, and not yet written as text: there is no exporter in this package.
    opentelemetry: () => otel.reader.collect(),
  });
  return { name, unit: 'ms', value: ours / NS_PER_MS, peers: inMs(peers) };
}

async function linear(): Promise<Case> {
  const of = (count: number) => {
    const metrics = roomy();
    counters(count).ours(metrics);
    return () => metrics.scrape();
  };
  const { large, small } = await interleave({ large: of(80_000), small: of(10_000) });
  return {
    name: 'eight times the series',
    unit: 'ms',
    value: large / NS_PER_MS,
    peers: { 'once the series': small / NS_PER_MS },
  };
}

function inMs(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, ns]) => [name, ns / NS_PER_MS]));
}

export default bench;
