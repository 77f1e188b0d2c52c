import { expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import { seriesOf } from '../testing/index.ts';
import { instrumentBreaker } from './breaker.ts';
import { instrumentCache } from './cache.ts';
import { instrumentPool } from './pool.ts';
import { instrumentQueue } from './queue.ts';
import { instrumentRateLimit } from './rate-limit.ts';

test('a pool is read before each scrape, and told of what happens', async () => {
  const metrics = createMetrics();
  const facts = { inUse: 3, idle: 2, waiting: 7, max: 10 };
  const pool = instrumentPool(metrics, { pool: 'main', read: () => facts });
  pool.acquired(20);
  pool.timedOut();
  pool.discarded();
  await metrics.scrape();
  expect(seriesOf(metrics, 'pool_connections')).toEqual({ 'main,in_use': 3, 'main,idle': 2 });
  expect(seriesOf(metrics, 'pool_connections_max')).toEqual({ main: 10 });
  expect(seriesOf(metrics, 'pool_waiting')).toEqual({ main: 7 });
  expect(seriesOf(metrics, 'pool_acquire_duration_seconds')).toEqual({ main: 1 });
  expect(seriesOf(metrics, 'pool_acquire_timeouts_total')).toEqual({ main: 1 });
  expect(seriesOf(metrics, 'pool_discarded_total')).toEqual({ main: 1 });
  pool.stop();
  facts.inUse = 9;
  await metrics.scrape();
  expect(seriesOf(metrics, 'pool_connections')['main,in_use']).toBe(3);
});

test('two pools are two values of one label', async () => {
  const metrics = createMetrics();
  const facts = { inUse: 1, idle: 0, waiting: 0, max: 1 };
  for (const pool of ['a', 'b']) instrumentPool(metrics, { pool, read: () => facts });
  await metrics.scrape();
  expect(seriesOf(metrics, 'pool_connections_max')).toEqual({ a: 1, b: 1 });
});

test('a cache says how it has answered and what it holds', async () => {
  const metrics = createMetrics();
  const cache = instrumentCache(metrics, { cache: 'cities', read: () => ({ entries: 5, bytes: 1_000 }) });
  for (const outcome of ['hit', 'hit', 'miss', 'stale', 'coalesced', 'error'] as const) cache.request(outcome);
  cache.request('hit', 3);
  cache.evicted('size');
  cache.evicted('expired', 4);
  await metrics.scrape();
  expect(seriesOf(metrics, 'cache_requests_total')).toEqual({
    'cities,hit': 3,
    'cities,miss': 1,
    'cities,stale': 1,
    'cities,coalesced': 1,
    'cities,error': 1,
  });
  expect(seriesOf(metrics, 'cache_request_duration_seconds')).toEqual({ 'cities,hit': 1 });
  expect(seriesOf(metrics, 'cache_evictions_total')).toEqual({ 'cities,size': 1, 'cities,expired': 4 });
  expect([seriesOf(metrics, 'cache_entries'), seriesOf(metrics, 'cache_size_bytes')]).toEqual([
    { cities: 5 },
    { cities: 1_000 },
  ]);
  cache.stop();
});

test('a cache shows nothing that it does not know', async () => {
  const metrics = createMetrics();
  instrumentCache(metrics, { cache: 'plain' });
  instrumentCache(metrics, { cache: 'half', read: () => ({ entries: 1 }) });
  await metrics.scrape();
  expect([seriesOf(metrics, 'cache_entries'), seriesOf(metrics, 'cache_size_bytes')]).toEqual([{ half: 1 }, {}]);
});

test('a queue is read before each scrape, also when reading takes a while', async () => {
  const metrics = createMetrics();
  const queue = instrumentQueue(metrics, {
    queue: 'mail',
    read: async () => ({ waiting: 4, active: 1, failed: 2, oldestAgeMs: 1_500 }),
  });
  queue.started(10);
  queue.finished('completed', 100);
  queue.finished('failed', 50);
  queue.retried();
  queue.dead();
  await metrics.scrape();
  expect(seriesOf(metrics, 'queue_jobs')).toEqual({ 'mail,waiting': 4, 'mail,active': 1, 'mail,failed': 2 });
  expect(seriesOf(metrics, 'queue_oldest_age_seconds')).toEqual({ mail: 1.5 });
  expect(seriesOf(metrics, 'queue_wait_duration_seconds')).toEqual({ mail: 1 });
  expect(seriesOf(metrics, 'queue_run_duration_seconds')).toEqual({ 'mail,completed': 1, 'mail,failed': 1 });
  expect([seriesOf(metrics, 'queue_retries_total'), seriesOf(metrics, 'queue_dead_total')]).toEqual([
    { mail: 1 },
    { mail: 1 },
  ]);
  queue.stop();
  instrumentQueue(metrics, { queue: 'plain' });
  await metrics.scrape();
  expect(seriesOf(metrics, 'xc_metrics_collector_failures_total')).toEqual({});
});

test('a breaker is in exactly one state', () => {
  const metrics = createMetrics();
  const breaker = instrumentBreaker(metrics, { breaker: 'cities' });
  const shown = () => seriesOf(metrics, 'breaker_state');
  expect(shown()).toEqual({ 'cities,closed': 1, 'cities,open': 0, 'cities,half-open': 0, 'cities,forced': 0 });
  for (const state of ['open', 'half-open', 'forced', 'closed', 'closed'] as const) {
    breaker.state(state);
    expect(Object.values(shown()).reduce((sum, value) => sum + value, 0)).toBe(1);
    expect(shown()[`cities,${state}`]).toBe(1);
  }
  for (const outcome of ['success', 'failure', 'rejected', 'timeout'] as const) breaker.call(outcome);
  expect(seriesOf(metrics, 'breaker_transitions_total')).toEqual({
    'cities,open': 1,
    'cities,half-open': 1,
    'cities,forced': 1,
    'cities,closed': 1,
  });
  expect(Object.values(seriesOf(metrics, 'breaker_calls_total'))).toEqual([1, 1, 1, 1]);
});

test('a breaker stays where it was when it is told of a state that there is not', () => {
  const metrics = createMetrics();
  const breaker = instrumentBreaker(metrics, { breaker: 'cities' });
  breaker.state('open');
  breaker.state('ajar' as 'open');
  expect(seriesOf(metrics, 'breaker_state')).toMatchObject({ 'cities,open': 1, 'cities,closed': 0 });
  expect(seriesOf(metrics, 'breaker_transitions_total')).toEqual({ 'cities,open': 1 });
});

test('a rate limiter says what it has decided', () => {
  const metrics = createMetrics();
  const limiter = instrumentRateLimit(metrics, { limiter: 'api' });
  for (const outcome of ['allowed', 'limited', 'shadow', 'error', 'allowed'] as const) limiter.decision(outcome);
  expect(seriesOf(metrics, 'ratelimit_decisions_total')).toEqual({
    'api,allowed': 2,
    'api,limited': 1,
    'api,shadow': 1,
    'api,error': 1,
  });
});
