import { ManualClock } from '@xc/core/testing';
import { runtimeMetrics } from '@xc/metrics';
import { type SloStatus, trackSlo } from '@xc/metrics/rules';
import { expectSeries, parseExposition, seriesOf } from '@xc/metrics/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInstruments, type Instruments } from '../src/instruments.ts';
import { listen } from '../src/listen.ts';
import { answered, countAnswers } from '../src/objective.ts';
import { createService } from '../src/service.ts';

let clock: ManualClock;
let instruments: Instruments;
let origin: string;
let close: () => void;

const find = async (id: string) => {
  if (id === 'broken') throw new Error('the database is away');
  if (id === 'nowhere-yet') return new Promise<never>(() => undefined);
  return id === 'lisbon' ? { name: 'Lisbon' } : undefined;
};

beforeEach(async () => {
  clock = new ManualClock();
  instruments = createInstruments(clock);
  const runtime = runtimeMetrics(instruments.metrics);
  const slo = trackSlo(answered, { read: () => countAnswers(instruments.metrics), clock });
  const service = createService(instruments, find, slo.status);
  origin = await listen(service);
  close = () => {
    slo.stop();
    runtime.stop();
    service.closeAllConnections();
    service.close();
  };
});
afterEach(() => close());

async function visit(...paths: readonly string[]): Promise<number[]> {
  const before = countAnswers(instruments.metrics).total;
  const answers = await Promise.all(paths.map((path) => fetch(origin + path)));
  await Promise.all(answers.map((answer) => answer.text()));
  // The server closes an exchange when its last byte has gone, which a client may see before it.
  await expect.poll(() => countAnswers(instruments.metrics).total).toBe(before + paths.length);
  return answers.map(({ status }) => status);
}

test('answers, and measures what it answers by route and status', async () => {
  const paths = ['/cities/lisbon', '/cities/lisbon?lang=pt', '/cities/atlantis', '/cities/broken', '/wp-admin'];
  expect(await visit(...paths)).toEqual([200, 200, 404, 500, 404]);
  expectSeries(instruments.metrics, 'http_server_request_duration_seconds', {
    'GET,/cities/:id,200': 2,
    'GET,/cities/:id,404': 1,
    'GET,/cities/:id,500': 1,
    'GET,unmatched,404': 1,
  });
  expect(seriesOf(instruments.metrics, 'city_lookups_total')).toEqual({ yes: 2, no: 1 });
});

test.for([
  ['text', 'text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ['openmetrics', 'application/openmetrics-text; version=1.0.0', /^application\/openmetrics-text; version=1\.0\.0/],
] as const)('gives Prometheus its metrics as %s', async ([format, accept, contentType]) => {
  await visit('/cities/lisbon', '/cities/lisbon');
  const scraped = await fetch(`${origin}/metrics`, { headers: { accept } });
  expect(scraped.headers.get('content-type')).toMatch(contentType);
  const families = parseExposition(await scraped.text(), format);
  const sample = (name: string) => families.flatMap(({ samples }) => samples).find((one) => one.name === name);
  expect(sample('http_server_request_duration_seconds_count')).toMatchObject({
    labels: { method: 'GET', route: '/cities/:id', status: '200' },
    value: 2,
  });
  expect(sample('http_server_first_byte_duration_seconds_count')?.value).toBe(2);
  expect(sample('http_server_request_size_bytes_count')?.value).toBe(2);
  expect(sample('http_server_response_size_bytes_sum')?.value).toBe(2 * '{"name":"Lisbon"}'.length);
  expect(sample('city_lookups_total')?.value).toBe(2);
  expect(sample('nodejs_eventloop_utilization_ratio')?.value).toBeGreaterThanOrEqual(0);
});

test('counts a visitor who leaves before the answer as a failure', async () => {
  const controller = new AbortController();
  const visiting = fetch(`${origin}/cities/nowhere-yet`, { signal: controller.signal });
  await expect.poll(() => seriesOf(instruments.metrics, 'http_server_requests_in_flight')).toEqual({ GET: 1 });
  controller.abort();
  await expect(visiting).rejects.toThrow();
  await expect.poll(() => countAnswers(instruments.metrics)).toEqual({ errors: 1, total: 1 });
  expectSeries(instruments.metrics, 'http_server_request_duration_seconds', { 'GET,/cities/:id,aborted': 1 });
});

test('knows in ten seconds that its budget burns, and lets go when the trouble is over', async () => {
  const status = async () => (await (await fetch(`${origin}/slo`)).json()) as SloStatus;
  expect(await status()).toMatchObject({ alert: 'none', budgetLeft: 1 });

  await visit(...Array<string>(9).fill('/cities/lisbon'), '/cities/broken');
  await clock.advance(10_000);
  const burning = await status();
  expect(burning.alert).toBe('page');
  // One of ten failed where one of a thousand may.
  expect(burning.burn['5m']).toBeCloseTo(100, 6);
  expect(burning.budgetLeft).toBeCloseTo(-99, 6);

  // Both page pairs look at no more than the last half hour with their short window.
  await clock.advance(1_800_000);
  await visit('/cities/lisbon', '/cities/atlantis');
  await clock.advance(10_000);
  const calm = await status();
  expect(calm.burn).toMatchObject({ '5m': 0, '30m': 0 });
  expect(calm.alert).not.toBe('page');
});
