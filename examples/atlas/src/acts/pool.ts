import type { Sample } from '../load/sample.ts';
import { readMetric } from '../metrics/read-metric.ts';
import { answersChart } from '../report/answers-chart.ts';
import { latencyChart } from '../report/latency-chart.ts';
import type { RunningService } from '../service/start-service.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act } from './act.ts';
import type { Stage } from './stage.ts';
import { usualTraffic } from './usual-traffic.ts';

const LENGTH_MS = 7_000;
/** A connection counts as leaked after a second, and is looked for a little longer. */
const LEAK_KNOWN_MS = 3_000;

/** Two services with the same bug: now and then a connection is not given back. */
export const pool: Act = {
  name: 'pool',
  shows:
    'Two services have the same bug: every third search forgets to give a connection back. The pool of one runs dry, and everybody waits; the pool of the other takes forgotten connections back and names the line that forgot them. Its monitor tells which query the database spends its time on.',
  promises: [
    { says: 'error rate below 1 % with the bug', figure: 'errorRate', holds: (rate) => rate < 0.01 },
    { says: 'every forgotten connection is reported', figure: 'unreported', holds: (leaks) => leaks === 0 },
    { says: 'the slow query is named', figure: 'notNamed', holds: (queries) => queries === 0 },
  ],
  async run(stage) {
    const services = await Promise.all([
      stage.service('leaky', new URL('../guides/leaky.ts', import.meta.url)),
      stage.service('pooled', new URL('../guides/pooled.ts', import.meta.url)),
    ]);
    const [, pooled] = services;
    stage.say('every third search forgets a connection');
    const load = await stage.visitors(services, usualTraffic('pool', LENGTH_MS));
    const [before = [], after = []] = await load.done;
    stage.say('is every forgotten connection reported?');
    const leaks = await reportedLeaks(stage, pooled);
    const { facts } = await statusOf(pooled);
    const isNamed = facts['slowest query']?.includes('from places order by km') === true;
    return {
      figures: [
        {
          name: 'errorRate',
          says: 'errors with the bug',
          unit: 'ratio',
          value: errorRate(after),
          before: errorRate(before),
        },
        { name: 'p95Ms', says: 'p95 with the bug', unit: 'ms', value: p95(after), before: p95(before) },
        { name: 'forgotten', says: 'connections that were forgotten', unit: 'count', value: leaks.forgotten },
        {
          name: 'unreported',
          says: 'of those, not reported',
          unit: 'count',
          value: Math.max(0, leaks.forgotten - leaks.reported),
        },
        {
          name: 'notNamed',
          says: 'slow queries that the monitor does not name',
          unit: 'count',
          value: isNamed ? 0 : 1,
        },
      ],
      charts: [
        latencyChart(
          'How long visitors wait',
          [
            { name: 'without us', tone: 'before', samples: before },
            { name: 'with @xc/pool', tone: 'after', samples: after },
          ],
          LENGTH_MS,
        ),
        answersChart('What visitors get without us', before, LENGTH_MS),
        answersChart('What visitors get with @xc/pool', after, LENGTH_MS),
        {
          kind: 'facts',
          title: 'What the pool knows',
          note: 'As its status page said it in the end: who forgot the connections, and where the time of the database went.',
          facts: Object.entries(facts),
        },
      ],
    };
  },
};

function errorRate(samples: readonly Sample[]): number {
  return samples.filter(({ result }) => result === 'error').length / Math.max(1, samples.length);
}

function p95(samples: readonly Sample[]): number | undefined {
  return percentile(
    samples.map(({ latencyMs }) => latencyMs),
    0.95,
  );
}

/** What was forgotten and what was reported, after a moment for those that were forgotten last. */
async function reportedLeaks(stage: Stage, service: RunningService): Promise<{ forgotten: number; reported: number }> {
  const givenUpAt = stage.clock.monotonic() + LEAK_KNOWN_MS;
  for (;;) {
    const page = await service.metrics();
    const forgotten = readMetric(page, 'atlas_forgotten_loans_total');
    const reported = readMetric(page, 'xc_pool_leaks_total');
    if (reported >= forgotten || stage.clock.monotonic() > givenUpAt) return { forgotten, reported };
    await stage.clock.sleep(100, stage.signal);
  }
}

async function statusOf({ origin }: RunningService): Promise<{ readonly facts: Readonly<Record<string, string>> }> {
  const response = await fetch(`${origin}/status`, { headers: { accept: 'application/json' } });
  return (await response.json()) as { readonly facts: Readonly<Record<string, string>> };
}
