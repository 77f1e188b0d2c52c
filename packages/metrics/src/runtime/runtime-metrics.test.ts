import { execFile } from 'node:child_process';
import { PerformanceObserver } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import type { Metrics } from '../metrics.ts';
import { seriesOf } from '../testing/index.ts';
import { runtimeMetrics } from './runtime-metrics.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

async function running(use: (metrics: Metrics) => Promise<void>): Promise<void> {
  const metrics = createMetrics({ maxSeries: 100_000 });
  const runtime = runtimeMetrics(metrics);
  try {
    await use(metrics);
  } finally {
    runtime.stop();
  }
}

const value = (metrics: Metrics, name: string) => seriesOf(metrics, name)[''] ?? Number.NaN;

test('every collection of a burst is counted', async () => {
  let seen = 0;
  const own = new PerformanceObserver((list) => {
    seen += list.getEntries().filter((entry) => (entry as { detail?: { kind?: number } }).detail?.kind === 4).length;
  });
  await running(async (metrics) => {
    own.observe({ entryTypes: ['gc'] });
    const before = seriesOf(metrics, 'nodejs_gc_duration_seconds').major ?? 0;
    for (let burst = 0; burst < 30; burst++) gc();
    await pause(20);
    own.disconnect();
    await metrics.scrape();
    const major = (seriesOf(metrics, 'nodejs_gc_duration_seconds').major ?? 0) - before;
    expect(major).toBeGreaterThanOrEqual(30);
    expect(major).toBe(seen);
  });
});

test('collections that the observer has not told of yet are in the scrape', async () => {
  await running(async (metrics) => {
    await turn();
    for (let burst = 0; burst < 5; burst++) gc();
    await metrics.scrape();
    expect(seriesOf(metrics, 'nodejs_gc_duration_seconds').major).toBeGreaterThanOrEqual(5);
  });
});

describe('the lag of the event loop', () => {
  test('is that since the last scrape, what is late right now included', async () => {
    await running(async (metrics) => {
      await pause(50);
      block(150);
      await metrics.scrape();
      expect(value(metrics, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1);
      expect(value(metrics, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0.1);
      expect(value(metrics, 'nodejs_eventloop_lag_p50_seconds')).toBeLessThan(0.1);
      await metrics.scrape();
      expect(value(metrics, 'nodejs_eventloop_lag_max_seconds')).toBeLessThan(0.1);
    });
  });

  test('has nothing of the scrape itself', async () => {
    await running(async (metrics) => {
      metrics.collect('slow', async () => {
        for (let step = 0; step < 4; step++) {
          block(150);
          await turn();
        }
      });
      for (let scrape = 0; scrape < 3; scrape++) {
        await metrics.scrape();
        await pause(30);
      }
      await metrics.scrape();
      expect(value(metrics, 'nodejs_eventloop_lag_max_seconds')).toBeLessThan(0.14);
    });
  });

  test('is nothing when there was no time to be late', async () => {
    await running(async (metrics) => {
      await metrics.scrape();
      for (const part of ['', 'min_', 'mean_', 'stddev_', 'p90_']) {
        expect(value(metrics, `nodejs_eventloop_lag_${part}seconds`)).toBeLessThan(0.2);
        expect(value(metrics, `nodejs_eventloop_lag_${part}seconds`)).toBeGreaterThanOrEqual(0);
      }
    });
  });
});

test('the utilisation of the event loop is that since the last scrape', async () => {
  await running(async (metrics) => {
    await metrics.scrape();
    block(200);
    await turn();
    await metrics.scrape();
    const busy = value(metrics, 'nodejs_eventloop_utilization_ratio');
    await pause(200);
    await metrics.scrape();
    const idle = value(metrics, 'nodejs_eventloop_utilization_ratio');
    expect(busy).toBeGreaterThan(0.6);
    expect(idle).toBeLessThan(busy);
  });
});

test('process and heap are measured by the names that everybody knows', async () => {
  await running(async (metrics) => {
    block(50);
    await metrics.scrape();
    expect(value(metrics, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    const used = process.cpuUsage();
    expect(value(metrics, 'process_cpu_seconds_total')).toBeLessThanOrEqual((used.user + used.system) / 1e6 + 0.001);
    expect(value(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value(metrics, 'nodejs_heap_size_used_bytes')).toBeLessThan(value(metrics, 'nodejs_heap_size_total_bytes'));
    expect(seriesOf(metrics, 'nodejs_heap_space_size_used_bytes').old).toBeGreaterThan(0);
    expect(
      Math.abs(value(metrics, 'process_start_time_seconds') - (Date.now() / 1_000 - process.uptime())),
    ).toBeLessThan(2);
    expect(Object.keys(seriesOf(metrics, 'nodejs_version_info'))[0]).toMatch(/^v\d+\.\d+\.\d+,\d+,\d+,\d+$/);
    if (process.platform === 'linux') {
      expect(value(metrics, 'process_open_fds')).toBeGreaterThan(2);
      expect(value(metrics, 'process_max_fds')).toBeGreaterThan(value(metrics, 'process_open_fds'));
      expect(value(metrics, 'process_virtual_memory_bytes')).toBeGreaterThan(1e8);
    }
  });
});

test('what keeps the process open is counted by type, and a type that is gone is 0', async () => {
  await running(async (metrics) => {
    const timers = [setTimeout(() => {}, 60_000), setTimeout(() => {}, 60_000)];
    await metrics.scrape();
    const before = seriesOf(metrics, 'nodejs_active_resources').Timeout ?? 0;
    expect(before).toBeGreaterThanOrEqual(2);
    timers.forEach(clearTimeout);
    await metrics.scrape();
    expect(seriesOf(metrics, 'nodejs_active_resources').Timeout).toBeLessThanOrEqual(before - 2);
  });
});

test('no name is against the rules, and no gauge ends in _total', async () => {
  await running(async (metrics) => {
    expect(metrics.lint()).toEqual([]);
  });
});

test('stopping disconnects everything', async () => {
  const metrics = createMetrics();
  runtimeMetrics(metrics).stop();
  gc();
  await pause(20);
  await metrics.scrape();
  expect(seriesOf(metrics, 'nodejs_gc_duration_seconds')).toEqual({});
  expect(value(metrics, 'process_resident_memory_bytes')).toBe(0);
});

test('a process with runtime metrics on ends by itself', async () => {
  const source = new URL('../index.ts', import.meta.url).href;
  const program = `const { createMetrics, runtimeMetrics } = await import(${JSON.stringify(source)});
    const metrics = createMetrics(); runtimeMetrics(metrics); await metrics.scrape(); console.log('over');`;
  const args = ['--conditions=@xc/source', '--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toBe('over\n');
});

test('a resolution that is none is refused', () => {
  expect(() => runtimeMetrics(createMetrics(), { loopResolutionMs: 0 })).toThrow(RangeError);
});
