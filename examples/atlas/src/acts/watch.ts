import { type ParsedFamily, parseExposition } from '@xc/metrics/testing';
import { readMetric } from '../metrics/read-metric.ts';
import { writeDeploy } from '../metrics/write-deploy.ts';
import { latencyChart } from '../report/latency-chart.ts';
import type { RunningService } from '../service/start-service.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act } from './act.ts';
import { usualTraffic } from './usual-traffic.ts';

const LENGTH_MS = 3_000;
const SCRAPE_EVERY_MS = 250;
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** The service under watch: scraped all the time, by a strict reader. */
export const watch: Act = {
  name: 'watch',
  shows:
    'The service is scraped four times a second, in both formats by turns, and every page is read by a strict parser. What the page says is held against what the visitors saw. The rules and dashboards that go with it are written to deploy/.',
  promises: [
    { says: 'every page is valid', figure: 'invalidPages', holds: (pages) => pages === 0 },
    { says: 'every request is counted once', figure: 'miscounted', holds: (requests) => requests === 0 },
    { says: 'a scrape answers in less than a second', figure: 'longestScrapeMs', holds: (ms) => ms < 1_000 },
  ],
  async run(stage) {
    const service = await stage.service('watched', new URL('../guides/guarded.ts', import.meta.url));
    stage.say('visitors come, and a scraper');
    const before = readMetric(await service.metrics(), 'atlas_requests_total');
    const load = await stage.visitors([service], usualTraffic('watch', LENGTH_MS));
    const scrapes: Scrape[] = [];
    while (stage.clock.now() < load.startedAt + LENGTH_MS) {
      scrapes.push(await scraped(service, scrapes.length % 2 === 0 ? OPEN_METRICS : 'text/plain'));
      await stage.clock.sleep(SCRAPE_EVERY_MS, stage.signal);
    }
    const [samples = []] = await load.done;
    const page = await service.metrics();
    const counted = readMetric(page, 'atlas_requests_total') - before;
    const files = await writeDeploy();
    const latencies = samples.map(({ latencyMs }) => latencyMs);
    return {
      figures: [
        { name: 'requests', says: 'requests, as the page counts them', unit: 'count', value: counted },
        {
          name: 'miscounted',
          says: 'difference to what was asked',
          unit: 'count',
          value: Math.abs(counted - stage.regulars - samples.length),
        },
        { name: 'p95Ms', says: 'p95, as the visitors measured it', unit: 'ms', value: percentile(latencies, 0.95) },
        {
          name: 'lagMs',
          says: 'p99 of the event loop lag',
          unit: 'ms',
          value: readMetric(page, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
        },
        { name: 'series', says: 'series on the page', unit: 'count', value: scrapes.at(-1)?.series },
        {
          name: 'invalidPages',
          says: 'pages that a strict parser refuses',
          unit: 'count',
          value: scrapes.filter(({ series }) => series === undefined).length,
        },
        {
          name: 'longestScrapeMs',
          says: 'longest scrape',
          unit: 'ms',
          value: Math.max(...scrapes.map(({ tookMs }) => tookMs)),
        },
        { name: 'deployFiles', says: 'rules and dashboards written to deploy/', unit: 'count', value: files },
      ],
      charts: [
        latencyChart(
          'How long visitors wait while the service is scraped',
          [{ name: 'watched', tone: 'after', samples }],
          LENGTH_MS,
        ),
      ],
    };
  },
};

interface Scrape {
  readonly tookMs: number;
  /** Undefined when the page is not valid. */
  readonly series: number | undefined;
}

async function scraped({ origin }: RunningService, accept: string): Promise<Scrape> {
  const from = performance.now();
  const response = await fetch(`${origin}/metrics`, { headers: { accept } });
  const page = await response.text();
  const tookMs = performance.now() - from;
  const format = response.headers.get('content-type')?.startsWith('application/openmetrics-text')
    ? 'openmetrics'
    : 'text';
  return { tookMs, series: seriesOn(page, format) };
}

function seriesOn(page: string, format: 'text' | 'openmetrics'): number | undefined {
  try {
    return parseExposition(page, format).reduce((sum: number, { samples }: ParsedFamily) => sum + samples.length, 0);
  } catch {
    return undefined;
  }
}
