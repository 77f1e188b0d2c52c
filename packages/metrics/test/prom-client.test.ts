import { ManualClock, MemoryLogger } from '@xc/core/testing';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
  Summary,
} from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { fakeRegistry, parseExposition, seriesOf } from '../src/testing/index.ts';
import { familiesOf, openMetrics, textOf } from './scraped.ts';

const help = 'Something.';
const quiet = { selfMetrics: false };

/** A registry of a team that was there before us. */
function teams(): { registry: Registry; requests: Counter } {
  const registry = new Registry();
  const requests = new Counter({ name: 'team_requests_total', help, labelNames: ['x'], registers: [registry] });
  requests.inc({ x: '1' }, 3);
  return { registry, requests };
}

describe('attached to a prom-client registry', () => {
  test('everything of ours stands next to what the team has, also what is declared later', async () => {
    const { registry } = teams();
    const metrics = createMetrics({ ...quiet, labels: { service: 'atlas' } });
    metrics
      .counter({ name: 'a_total', help, labels: ['x'] })
      .at('1')
      .inc(2);
    metrics.attach(registry);
    metrics
      .histogram({ name: 'h_seconds', help, buckets: [1, 2] })
      .at()
      .record(1.5);
    metrics.gauge({ name: 'g', help: 'A "gauge".' }).at().set(-1);
    const text = await registry.metrics();
    expect(text).toContain('team_requests_total{x="1"} 3\n');
    expect(text).toContain('# TYPE a_total counter\na_total{service="atlas",x="1"} 2\n');
    expect(text).toContain('h_seconds_bucket{le="2",service="atlas"} 1\n');
    expect(text).toContain('h_seconds_bucket{le="+Inf",service="atlas"} 1\nh_seconds_sum{service="atlas"} 1.5\n');
    expect(text).toContain('g{service="atlas"} -1\n');
    parseExposition(text, 'text');
    const json = await registry.getMetricsAsJSON();
    expect(json.map(({ name }) => name)).toEqual(['team_requests_total', 'a_total', 'h_seconds', 'g']);
    expect(registry.getSingleMetric('a_total')).toBeDefined();
  });

  test('nothing is attached when the registry has one of our names, and nothing is declared', () => {
    const { registry } = teams();
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'a', help });
    metrics.counter({ name: 'team_requests_total', help });
    metrics.gauge({ name: 'z', help });
    expect(() => metrics.attach(registry)).toThrow(TypeError);
    expect(registry.getMetricsAsArray()).toHaveLength(1);
    const later = createMetrics(quiet);
    later.attach(registry);
    expect(() => later.counter({ name: 'team_requests_total', help })).toThrow(TypeError);
    expect(later.declarations()).toEqual([]);
  });

  test('nothing is attached when the registry has a name that samples of ours would have', () => {
    for (const name of ['wait_seconds_count', 'wait_seconds_sum', 'wait_seconds_bucket']) {
      const { registry } = teams();
      new Gauge({ name, help, registers: [registry] });
      const metrics = createMetrics(quiet);
      metrics.counter({ name: 'a_total', help });
      metrics.histogram({ name: 'wait_seconds', help });
      expect(() => metrics.attach(registry)).toThrow(
        new TypeError(`the registry has a metric ${name} already, so ours cannot be attached to it`),
      );
      expect(registry.getSingleMetric('a_total')).toBeUndefined();
    }
  });

  test('detaching takes ours away and leaves the rest', async () => {
    const { registry } = teams();
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'a', help });
    const attached = metrics.attach(registry);
    attached.detach();
    attached.detach();
    metrics.gauge({ name: 'b', help });
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(['team_requests_total']);
    metrics.attach(registry);
    expect(registry.getMetricsAsArray()).toHaveLength(3);
  });

  test('an OpenMetrics scrape of the registry renames nothing of ours', async () => {
    const registry = new Registry();
    const metrics = createMetrics(quiet);
    metrics.counter({ name: 'a_total', help }).at().inc();
    metrics.attach(registry);
    const before = await registry.metrics();
    (registry as unknown as Registry<OpenMetricsContentType>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const text = await registry.metrics();
    expect(text).toContain('# TYPE a counter\na_total 1\n');
    parseExposition(text, 'openmetrics');
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    expect(await registry.metrics()).toBe(before);
    expect((await registry.getMetricsAsJSON())[0]?.name).toBe('a_total');
    expect(registry.getSingleMetric('a_total')).toBeDefined();
  });

  test('collectors run once for each scrape of the registry', async () => {
    const registry = new Registry();
    const metrics = createMetrics();
    const gauge = metrics.gauge({ name: 'a', help }).at();
    metrics.gauge({ name: 'b', help });
    metrics.collect('level', async () => gauge.add(1));
    metrics.attach(registry);
    expect(await registry.metrics()).toContain('\na 1\n');
    expect(await registry.metrics()).toContain('\na 2\n');
    expect(await registry.metrics()).toContain('\nxc_metrics_series 2\n');
  });

  test('a reset of the registry takes our series', async () => {
    const registry = new Registry();
    const metrics = createMetrics(quiet);
    const cell = metrics.counter({ name: 'a_total', help, labels: ['x'] }).at('1');
    cell.inc(5);
    metrics.attach(registry);
    registry.resetMetrics();
    cell.inc();
    expect(await registry.metrics()).toContain('a_total{x="1"} 1\n');
  });

  test('its default metrics and ours live side by side', async () => {
    const registry = new Registry();
    const metrics = createMetrics();
    collectDefaultMetrics({ register: registry });
    metrics.attach(registry);
    const text = await registry.metrics();
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(text).toContain('xc_metrics_series');
    registry.clear();
  });

  test('any registry that does the same will do', async () => {
    const registry = fakeRegistry();
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'a', help }).at().set(1);
    const attached = metrics.attach(registry);
    expect(await registry.getMetricsAsJSON()).toEqual([
      { name: 'a', help, type: 'gauge', aggregator: 'sum', values: [{ value: 1, labels: {} }] },
    ]);
    attached.detach();
    expect(registry.metrics.size).toBe(0);
  });
});

describe('a prom-client registry that is included', () => {
  test('is shown in both formats, sorted in', async () => {
    const { registry } = teams();
    new Histogram({ name: 'h_seconds', help, labelNames: ['x'], buckets: [0.5, 1], registers: [registry] }).observe(
      { x: 'y' },
      0.7,
    );
    new Gauge({ name: 'a', help, registers: [registry] }).set(Number.NaN);
    new Summary({ name: 's', help, percentiles: [0.5], registers: [registry] }).observe(3);
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'm', help }).at().set(1);
    metrics.include(registry);
    for (const format of ['text', 'openmetrics'] as const) {
      const families = await familiesOf(metrics, format);
      const counter = format === 'text' ? 'team_requests_total' : 'team_requests';
      expect(families.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'a gauge',
        'h_seconds histogram',
        'm gauge',
        's summary',
        `${counter} counter`,
      ]);
      expect(families[0]?.samples[0]?.value).toBeNaN();
      expect(families[1]?.samples.map(({ name, labels, value }) => [name, labels.le, value])).toEqual([
        ['h_seconds_bucket', format === 'text' ? '0.5' : '0.5', 0],
        ['h_seconds_bucket', format === 'text' ? '1' : '1.0', 1],
        ['h_seconds_bucket', '+Inf', 1],
        ['h_seconds_sum', undefined, 0.7],
        ['h_seconds_count', undefined, 1],
      ]);
    }
    expect(registry.getSingleMetric('team_requests_total')).toBeDefined();
    const { body } = await metrics.scrape({ names: ['a'] });
    expect(new TextDecoder().decode(body)).toBe('# HELP a Something.\n# TYPE a gauge\na NaN\n');
  });

  test('is shown by the names that its metrics were registered under, whatever it calls them by now', async () => {
    const { registry } = teams();
    (registry as unknown as Registry<OpenMetricsContentType>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    await registry.metrics();
    const metrics = createMetrics(quiet);
    metrics.include(registry);
    expect(await textOf(metrics)).toContain('# TYPE team_requests_total counter\nteam_requests_total{x="1"} 3\n');
    metrics.counter({ name: 'team_requests_total', help }).at().inc();
    expect((await familiesOf(metrics, 'openmetrics')).map(({ name }) => name)).toEqual(['team_requests']);
  });

  test('gives way to ours of the same name, which is logged once', async () => {
    const { registry } = teams();
    const logger = new MemoryLogger();
    const metrics = createMetrics({ ...quiet, logger });
    metrics
      .counter({ name: 'team_requests_total', help, labels: ['x'] })
      .at('ours')
      .inc();
    metrics.include(registry);
    for (let time = 0; time < 2; time++) {
      const text = await textOf(metrics);
      expect(text).toContain('team_requests_total{x="ours"} 1\n');
      expect(text).not.toContain('x="1"');
    }
    expect(logger.find({ level: 'warn', fields: { metric: 'team_requests_total' } })).toHaveLength(1);
  });

  test('is gone when it is detached', async () => {
    const { registry } = teams();
    const metrics = createMetrics(quiet);
    const included = metrics.include(registry);
    expect(await textOf(metrics)).toContain('team_requests_total');
    included.detach();
    expect(await textOf(metrics)).toBe('');
  });

  test('that fails is left out, and counted', async () => {
    const metrics = createMetrics();
    metrics.include({
      ...fakeRegistry(),
      getMetricsAsJSON: () => Promise.reject(new Error('no')),
    });
    expect(await textOf(metrics)).toContain('xc_metrics_scrape_size_bytes');
    expect(seriesOf(metrics, 'xc_metrics_collector_failures_total')).toEqual({ 'included registry': 1 });
  });

  test('that hangs is left out after its time, and what it says later is not shown', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock, selfMetrics: false });
    let answer = (_metrics: object[]) => {};
    const said = [{ name: 'a', help, type: 'gauge', values: [{ value: 1, labels: {} }] }];
    const getMetricsAsJSON = () => new Promise<object[]>((resolve) => (answer = resolve));
    metrics.include({ ...fakeRegistry(), getMetricsAsJSON });
    const scrape = textOf(metrics);
    await clock.advance(1_000);
    answer(said);
    expect(await scrape).toBe('');
    const next = textOf(metrics);
    await clock.advance(0);
    answer(said);
    expect(await next).toContain('a 1\n');
  });

  test('beside another one of the same names is shown once', async () => {
    const metrics = createMetrics();
    for (const { registry } of [teams(), teams()]) metrics.include(registry);
    expect((await familiesOf(metrics)).filter(({ name }) => name === 'team_requests_total')).toHaveLength(1);
  });

  test.each(['attach first', 'include first'])('may be the one that we are attached to: %s', async (order) => {
    const { registry } = teams();
    const logger = new MemoryLogger();
    const metrics = createMetrics({ logger });
    metrics.counter({ name: 'a_total', help }).at().inc();
    const steps = [() => metrics.attach(registry), () => metrics.include(registry)];
    for (const step of order === 'attach first' ? steps : steps.reverse()) step();
    metrics.collect('level', async () => {});
    const families = await familiesOf(metrics, 'openmetrics');
    expect(families.filter(({ name }) => name === 'a')).toHaveLength(1);
    expect(families.filter(({ name }) => name === 'team_requests')).toHaveLength(1);
    expect(await registry.metrics()).toContain('a_total 1\n');
    expect(logger.lines).toEqual([]);
  });

  test('may hold what another Metrics of ours has attached to it', async () => {
    const registry = new Registry();
    const [one, other] = [createMetrics(quiet), createMetrics(quiet)];
    one.counter({ name: 'a_total', help }).at().inc(3);
    one.attach(registry);
    other.include(registry);
    expect(await textOf(other)).toContain('a_total 3\n');
  });

  test('of default metrics reads back in both formats', async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const metrics = createMetrics();
    metrics.include(registry);
    expect((await familiesOf(metrics)).length).toBeGreaterThan(20);
    expect(await textOf(metrics, openMetrics)).toContain('process_cpu_user_seconds_total');
    registry.clear();
  });
});
