import { readMetric } from '../metrics/read-metric.ts';
import { latencyChart } from '../report/latency-chart.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act } from './act.ts';
import { usualTraffic } from './usual-traffic.ts';

const LENGTH_MS = 4_000;

/** The service without us: the 'before' of everything that follows. */
export const bare: Act = {
  name: 'bare',
  shows: 'The city guide as everybody first writes it: a connection pool, and every question goes to the database.',
  promises: [],
  async run(stage) {
    const service = await stage.service('bare', new URL('../guides/bare.ts', import.meta.url));
    stage.say('visitors come');
    const load = await stage.visitors([service], usualTraffic('bare', LENGTH_MS));
    const [samples = []] = await load.done;
    const page = await service.metrics();
    const latencies = samples.map(({ latencyMs }) => latencyMs);
    const near = samples.filter(({ kind }) => kind === 'near').map(({ latencyMs }) => latencyMs);
    const queries = readMetric(page, 'atlas_database_queries_total') / readMetric(page, 'atlas_requests_total');
    return {
      figures: [
        { name: 'p50Ms', says: 'p50', unit: 'ms', value: percentile(latencies, 0.5) },
        { name: 'p95Ms', says: 'p95', unit: 'ms', value: percentile(latencies, 0.95) },
        { name: 'nearP50Ms', says: 'p50 of /near', unit: 'ms', value: percentile(near, 0.5) },
        { name: 'queriesPerRequest', says: 'database queries per request', unit: 'per request', value: queries },
        { name: 'requests', says: 'requests', unit: 'count', value: samples.length },
      ],
      charts: [latencyChart('How long visitors wait', [{ name: 'without us', tone: 'before', samples }], LENGTH_MS)],
    };
  },
};
