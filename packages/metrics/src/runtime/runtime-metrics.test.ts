import { execFile } from 'node:child_process';
import { PerformanceObserver } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Clock, systemClock } from '@xc/core';
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
    // One more may come between the end of the other observer and the scrape.
    expect(major).toBeGreaterThanOrEqual(seen);
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
  /** A Metrics of which the test says how time passes, and when the event loop comes round. */
  function stepped() {
    let now = 0;
    let tick = () => {};
    const clock: Clock = {
      ...systemClock,
      monotonic: () => now,
      every(_ms, fn) {
        tick = fn;
        return { cancel() {} };
      },
    };
    const metrics = createMetrics({ selfMetrics: false });
    const runtime = runtimeMetrics(metrics, { clock, loopResolutionMs: 10 });
    const pass = (ms: number) => {
      now += ms;
    };
    const lag = (part: string) => Math.round(value(metrics, `nodejs_eventloop_lag_${part}seconds`) * 1_000);
    const rounds = (lengths: readonly number[]) => {
      for (const ms of lengths) {
        pass(ms);
        tick();
      }
    };
    return { metrics, pass, rounds, lag, tick: () => tick(), stop: () => runtime.stop() };
  }

  test('is how late the event loop came round since the last scrape', async () => {
    const { metrics, rounds, lag, stop } = stepped();
    rounds([10, 10, 10, 60, 10, 10, 210, 10, 10, 10]);
    await metrics.scrape();
    expect([lag('min_'), lag('p50_'), lag('max_'), lag('mean_'), lag('')]).toEqual([0, 0, 200, 25, 25]);
    expect(lag('p99_')).toBeGreaterThanOrEqual(199);
    expect(lag('stddev_')).toBeGreaterThan(50);
    rounds([10, 10]);
    await metrics.scrape();
    expect([lag('max_'), lag('mean_')]).toEqual([0, 0]);
    stop();
  });

  test('counts what is late right now', async () => {
    const { metrics, pass, rounds, lag, stop } = stepped();
    rounds([10, 10]);
    pass(160);
    await metrics.scrape();
    expect(lag('max_')).toBe(150);
    stop();
  });

  test('has nothing of the scrape itself', async () => {
    const { metrics, pass, rounds, lag, tick, stop } = stepped();
    metrics.collect('slow', async () => {
      for (let step = 0; step < 4; step++) {
        pass(150);
        tick();
        await turn();
      }
    });
    for (let scrape = 0; scrape < 3; scrape++) {
      rounds([10, 10]);
      await metrics.scrape();
      expect(lag('max_')).toBe(0);
    }
    stop();
  });

  test('is seen in a real process', async () => {
    await running(async (metrics) => {
      await pause(50);
      block(150);
      await metrics.scrape();
      expect(value(metrics, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1);
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
