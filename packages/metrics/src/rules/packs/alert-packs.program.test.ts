import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promtool, withoutPrometheus } from '@xc/test-support';
import { afterAll, expect, test } from 'vitest';
import type { AlertRule, RuleGroup } from '../rule-group.ts';
import { toRulesYaml } from '../to-rules-yaml.ts';
import { toYaml } from '../yaml.ts';
import { breakerAlerts } from './breaker-alerts.ts';
import { cacheAlerts } from './cache-alerts.ts';
import { databaseAlerts } from './database-alerts.ts';
import { httpAlerts } from './http-alerts.ts';
import { poolAlerts } from './pool-alerts.ts';
import { queueAlerts } from './queue-alerts.ts';
import { runtimeAlerts } from './runtime-alerts.ts';

const folder = mkdtempSync(join(tmpdir(), 'xc-packs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const missing = withoutPrometheus();
const proven = test.skipIf(missing !== undefined);
const why = missing === undefined ? '' : ` (skipped: ${missing})`;

/** Series by name, their values in promtool's notation; two and a half hours of them. */
type Series = Readonly<Record<string, string>>;

const times = 150;
/** A counter that rises by so much in a minute. */
const rising = (perMinute: number) => `0+${perMinute}x${times}`;
const steady = (value: number) => `${value}+0x${times}`;
/** A histogram with so many observations in a minute up to each bound. */
const histogram = (name: string, labels: string, perMinute: Readonly<Record<string, number>>): Series => {
  const of = (suffix: string, own: string) => `${name}${suffix}{${[labels, own].filter(Boolean).join(',')}}`;
  const buckets = Object.entries(perMinute).map(([le, count]) => [of('_bucket', `le="${le}"`), rising(count)]);
  return { ...Object.fromEntries(buckets), [of('_count', '')]: rising(perMinute['+Inf'] ?? 0) };
};

const duration = 'http_server_request_duration_seconds';
const query = 'db_query_duration_seconds';
const run = 'queue_run_duration_seconds_count';

/** For each alert: what raises it, and the nearest thing that must not. */
const stories: readonly {
  readonly pack: RuleGroup;
  readonly alerts: Readonly<Record<string, { readonly fires: Series; readonly quiet: Series }>>;
}[] = [
  {
    pack: httpAlerts(),
    alerts: {
      HttpErrorsHigh: {
        fires: {
          [`${duration}_count{job="a",status="200"}`]: rising(94),
          [`${duration}_count{job="a",status="503"}`]: rising(6),
        },
        quiet: {
          [`${duration}_count{job="a",status="200"}`]: rising(96),
          [`${duration}_count{job="a",status="5xx"}`]: rising(4),
        },
      },
      HttpSlow: {
        fires: histogram(duration, 'job="a",status="200"', { '1': 90, '2.5': 100, '+Inf': 100 }),
        quiet: histogram(duration, 'job="a",status="200"', { '1': 96, '2.5': 100, '+Inf': 100 }),
      },
      HttpAbortedHigh: {
        fires: { [`${duration}_count{job="a"}`]: rising(100), 'http_server_aborted_total{job="a"}': rising(11) },
        quiet: { [`${duration}_count{job="a"}`]: rising(100), 'http_server_aborted_total{job="a"}': rising(9) },
      },
    },
  },
  {
    pack: runtimeAlerts(),
    alerts: {
      EventLoopLagging: {
        fires: { 'nodejs_eventloop_lag_p99_seconds{instance="i"}': steady(0.3) },
        quiet: { 'nodejs_eventloop_lag_p99_seconds{instance="i"}': steady(0.1) },
      },
      EventLoopBusy: {
        fires: { 'nodejs_eventloop_utilization_ratio{instance="i"}': steady(0.95) },
        quiet: { 'nodejs_eventloop_utilization_ratio{instance="i"}': steady(0.85) },
      },
      GarbageCollectionHeavy: {
        fires: {
          'nodejs_gc_duration_seconds_sum{instance="i",kind="major"}': rising(4),
          'nodejs_gc_duration_seconds_sum{instance="i",kind="minor"}': rising(3),
        },
        quiet: {
          'nodejs_gc_duration_seconds_sum{instance="i",kind="major"}': rising(4),
          'nodejs_gc_duration_seconds_sum{instance="i",kind="minor"}': rising(1),
        },
      },
      HeapGrowing: {
        fires: { 'nodejs_heap_size_used_bytes{instance="i"}': rising(3e6) },
        quiet: { 'nodejs_heap_size_used_bytes{instance="i"}': rising(2e6) },
      },
      ProcessRestarting: {
        fires: { 'process_start_time_seconds{instance="i"}': `0+300x${times}` },
        quiet: { 'process_start_time_seconds{instance="i"}': `0+0x${times - 5} 1 1 1 2 2` },
      },
    },
  },
  {
    pack: databaseAlerts(),
    alerts: {
      DatabaseErrorsHigh: {
        fires: {
          [`${query}_count{system="pg",outcome="ok"}`]: rising(94),
          [`${query}_count{system="pg",outcome="error"}`]: rising(6),
        },
        quiet: {
          [`${query}_count{system="pg",outcome="ok"}`]: rising(96),
          [`${query}_count{system="pg",outcome="error"}`]: rising(4),
        },
      },
      DatabaseSlow: {
        fires: histogram(query, 'system="pg"', { '0.5': 90, '1': 100, '+Inf': 100 }),
        quiet: histogram(query, 'system="pg"', { '0.5': 96, '1': 100, '+Inf': 100 }),
      },
      DatabaseSlowQueries: {
        fires: { 'db_slow_queries_total{system="pg",operation="SELECT"}': rising(61) },
        quiet: { 'db_slow_queries_total{system="pg",operation="SELECT"}': rising(59) },
      },
    },
  },
  {
    pack: poolAlerts(),
    alerts: {
      PoolExhausted: {
        fires: {
          'pool_waiting{pool="p"}': steady(1),
          'pool_connections{pool="p",state="in_use"}': steady(10),
          'pool_connections_max{pool="p"}': steady(10),
        },
        quiet: {
          'pool_waiting{pool="p"}': steady(1),
          'pool_connections{pool="p",state="in_use"}': steady(9),
          'pool_connections_max{pool="p"}': steady(10),
        },
      },
      PoolTimeouts: {
        fires: { 'pool_acquire_timeouts_total{pool="p"}': rising(1) },
        quiet: { 'pool_acquire_timeouts_total{pool="p"}': steady(5) },
      },
      PoolSlow: {
        fires: histogram('pool_acquire_duration_seconds', 'pool="p"', { '0.5': 90, '1': 100, '+Inf': 100 }),
        quiet: histogram('pool_acquire_duration_seconds', 'pool="p"', { '0.5': 96, '1': 100, '+Inf': 100 }),
      },
    },
  },
  {
    pack: cacheAlerts(),
    alerts: {
      CacheHitRatioLow: {
        fires: { 'cache_requests_total{cache="c",outcome="miss"}': rising(100) },
        quiet: {
          'cache_requests_total{cache="c",outcome="miss"}': rising(40),
          'cache_requests_total{cache="c",outcome="stale"}': rising(60),
        },
      },
      CacheErrorsHigh: {
        fires: {
          'cache_requests_total{cache="c",outcome="hit"}': rising(980),
          'cache_requests_total{cache="c",outcome="error"}': rising(20),
        },
        quiet: {
          'cache_requests_total{cache="c",outcome="hit"}': rising(995),
          'cache_requests_total{cache="c",outcome="error"}': rising(5),
        },
      },
    },
  },
  {
    pack: queueAlerts(),
    alerts: {
      QueueBehind: {
        fires: { 'queue_oldest_age_seconds{queue="q"}': steady(301) },
        quiet: { 'queue_oldest_age_seconds{queue="q"}': steady(299) },
      },
      QueueFailuresHigh: {
        fires: {
          [`${run}{queue="q",outcome="completed"}`]: rising(88),
          [`${run}{queue="q",outcome="failed"}`]: rising(12),
        },
        quiet: {
          [`${run}{queue="q",outcome="completed"}`]: rising(92),
          [`${run}{queue="q",outcome="failed"}`]: rising(8),
        },
      },
      QueueDeadJobs: {
        fires: { 'queue_dead_total{queue="q"}': `${steady(1).replace(`x${times}`, `x${times - 5}`)} 2 2 2 2 2` },
        quiet: { 'queue_dead_total{queue="q"}': steady(7) },
      },
    },
  },
  {
    pack: breakerAlerts(),
    alerts: {
      BreakerOpen: {
        fires: { 'breaker_state{breaker="b",state="open"}': steady(1) },
        quiet: { 'breaker_state{breaker="b",state="open"}': `0+0x${times - 1} 1` },
      },
      BreakerFlapping: {
        fires: { 'breaker_transitions_total{breaker="b",to="open"}': rising(1) },
        quiet: { 'breaker_transitions_total{breaker="b",to="open"}': rising(0.3) },
      },
      BreakerForced: {
        fires: { 'breaker_state{breaker="b",state="forced"}': steady(1) },
        quiet: { 'breaker_state{breaker="b",state="forced"}': `0+0x${times - 30} 1+0x29` },
      },
    },
  },
];

function alertTest(name: string, alert: string, series: Series, count: number) {
  return {
    name,
    interval: '1m',
    input_series: Object.entries(series).map(([written, values]) => ({ series: written, values })),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
        eval_time: `${times}m`,
        exp_samples: [{ labels: '{}', value: count }],
      },
    ],
  };
}

proven.for(stories)(
  `every alert of the pack $pack.name fires, and is quiet just below its threshold${why}`,
  { timeout: 60_000 },
  async ({ pack, alerts }) => {
    expect(pack.rules.map((rule) => (rule as AlertRule).alert)).toEqual(Object.keys(alerts));
    const rulesFile = `${pack.name}.yml`;
    writeFileSync(join(folder, rulesFile), toRulesYaml([pack]));
    writeFileSync(
      join(folder, `${pack.name}-test.yml`),
      toYaml({
        rule_files: [rulesFile],
        evaluation_interval: '1m',
        tests: Object.entries(alerts).flatMap(([alert, { fires, quiet }]) => [
          alertTest(`${alert} fires`, alert, fires, 1),
          alertTest(`${alert} is quiet`, alert, quiet, 0),
        ]),
      }),
    );
    const checked = await promtool(['check', 'rules', rulesFile], { folder });
    expect(checked.code, checked.output).toBe(0);
    const tested = await promtool(['test', 'rules', `${pack.name}-test.yml`], { folder });
    expect(tested.code, tested.output).toBe(0);
  },
);
