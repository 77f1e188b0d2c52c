import { promtool, withoutPrometheus } from '@xc/test-support';
import { describe, expect, test } from 'vitest';
import {
  createMetrics,
  instrumentBreaker,
  instrumentCache,
  instrumentDatabase,
  instrumentHttpClient,
  instrumentHttpServer,
  instrumentPool,
  instrumentQueue,
  instrumentRateLimit,
  type Metrics,
  runtimeMetrics,
} from '../src/index.ts';
import { familiesOf, textOf } from './scraped.ts';

const reason = withoutPrometheus();

const users: Readonly<Record<string, (metrics: Metrics) => { stop?(): void }>> = {
  'the HTTP server': (metrics) => {
    const exchange = instrumentHttpServer(metrics).begin({ method: 'GET', requestBytes: 10 });
    exchange.firstByte();
    exchange.end({ route: '/', status: 200, responseBytes: 100, aborted: true });
    return {};
  },
  'the HTTP client': (metrics) => {
    instrumentHttpClient(metrics).begin({ method: 'GET', host: 'a' }).end({ status: 200 });
    return {};
  },
  'the database': (metrics) => {
    instrumentDatabase(metrics, { system: 'postgresql', slowMs: 0 }).begin({ sql: 'select 1' }).end({ rows: 1 });
    return {};
  },
  'the pool': (metrics) => {
    const pool = instrumentPool(metrics, { pool: 'a', read: () => ({ inUse: 1, idle: 1, waiting: 1, max: 2 }) });
    pool.acquired(1);
    pool.timedOut();
    pool.discarded();
    return pool;
  },
  'the cache': (metrics) => {
    const cache = instrumentCache(metrics, { cache: 'a', read: () => ({ entries: 1, bytes: 1 }) });
    cache.request('hit', 1);
    cache.evicted('size');
    return cache;
  },
  'the queue': (metrics) => {
    const queue = instrumentQueue(metrics, { queue: 'a', read: () => ({ waiting: 1, oldestAgeMs: 1 }) });
    queue.started(1);
    queue.finished('completed', 1);
    queue.retried();
    queue.dead();
    return queue;
  },
  'the breaker': (metrics) => {
    const breaker = instrumentBreaker(metrics, { breaker: 'a' });
    breaker.state('open');
    breaker.call('success');
    return {};
  },
  'the limiter': (metrics) => {
    instrumentRateLimit(metrics, { limiter: 'a' }).decision('allowed');
    return {};
  },
  'the process': (metrics) => runtimeMetrics(metrics),
  'a Metrics itself': () => ({}),
};

describe.skipIf(reason !== undefined)(`promtool has nothing to say of ${reason ?? 'what is shown by'}`, () => {
  test.each(Object.entries(users))('%s', async (_name, use) => {
    const metrics = createMetrics({ labels: { service: 'atlas' } });
    const used = use(metrics);
    const text = await textOf(metrics);
    await metrics.scrape();
    used.stop?.();
    expect(await promtool(['check', 'metrics'], { input: text })).toEqual({ code: 0, output: '' });
    expect(metrics.lint()).toEqual([]);
    expect((await familiesOf(metrics, 'openmetrics')).length).toBe(metrics.declarations().length);
  });

  test('nasty label values and help texts', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const gauge = metrics.gauge({ name: 'a', help: 'A "\\" \n b.', labels: ['x'] });
    for (const value of ['"', '\\', '\n', '', '} 1', '# HELP', '\u2028', '\u0000', '😀', ','])
      gauge.at(value).set(1e300);
    metrics.gauge({ name: 'b', help: 'B.' }).at().set(Number.NaN);
    metrics.gauge({ name: 'c', help: 'C.' }).at().set(Number.NEGATIVE_INFINITY);
    expect(await promtool(['check', 'metrics'], { input: await textOf(metrics) })).toEqual({ code: 0, output: '' });
  });
});
