import type { Sample } from '../load/sample.ts';
import { answersChart } from '../report/answers-chart.ts';
import type { Span } from '../report/chart.ts';
import { latencyChart } from '../report/latency-chart.ts';
import { statesChart } from '../report/states-chart.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act, Figure } from './act.ts';
import type { Stage } from './stage.ts';
import { usualTraffic } from './usual-traffic.ts';

const HEALTHY_MS = 4_000;
const STALLED_MS = 10_000;
const AFTER_MS = 5_000;
const LENGTH_MS = HEALTHY_MS + STALLED_MS + AFTER_MS;
/** A service counts as recovered when it then answered from the database alone for at least so long. */
const STEADY_MS = 1_000;

/** The database stalls, is killed and comes back, under two services at once: with us and without. */
export const outage: Act = {
  name: 'outage',
  shows:
    'The database stalls for ten seconds, is killed and starts again. The same visitors ask two services at once: the bare one, and one whose questions go through fallback, retry, breaker and timeout. Both share the database, so the backlog of the bare one slows the other down for a while afterwards.',
  promises: [
    { says: 'failure detected in under 5 s', figure: 'detectedMs', holds: (ms) => ms < 5_000 },
    { says: 'error rate below 1 % (stale served)', figure: 'errorRate', holds: (rate) => rate < 0.01 },
    { says: 'recovered in under 30 s', figure: 'recoveredMs', holds: (ms) => ms < 30_000 },
    { says: 'no accepted trip lost', figure: 'lostTrips', holds: (trips) => trips === 0 },
  ],
  async run(stage) {
    const database = await stage.database();
    const services = await Promise.all([
      stage.service('bare', new URL('../guides/bare.ts', import.meta.url)),
      stage.service('guarded', new URL('../guides/guarded.ts', import.meta.url)),
    ]);
    const [bare, guarded] = services;
    stage.say('all is well');
    const load = await stage.visitors(services, usualTraffic('outage', LENGTH_MS));
    const since = () => stage.clock.now() - load.startedAt;

    await stage.clock.sleep(HEALTHY_MS - since(), stage.signal);
    const stalledAt = since();
    await database.stall();
    stage.say('the database stalls');
    await stage.clock.sleep(stalledAt + STALLED_MS - since(), stage.signal);
    const killedAt = since();
    await database.kill();
    stage.say('the database was killed and starts again');
    await database.restart();
    const backAt = since();
    stage.say('the database is back');
    const [before = [], after = []] = await load.done;

    stage.say('are all accepted trips there?');
    const lostTrips = await missingTrips(stage, 'guarded', after);
    const fromStart = ({ at }: { readonly at: number }) => at - load.startedAt;
    const opened = guarded.changes.find((change) => change.state === 'open' && fromStart(change) >= stalledAt);
    const paged = bare.changes.find((change) => change.state === 'page' && fromStart(change) >= stalledAt);
    const ill = { fromMs: stalledAt, toMs: backAt };
    const measured = { before: figuresOf(before, ill), after: figuresOf(after, ill) };
    const spans: Span[] = [
      { name: 'stalled', fromMs: stalledAt, toMs: killedAt },
      { name: 'killed', fromMs: killedAt, toMs: backAt },
    ];
    const lines = [
      { name: 'without us', tone: 'before', samples: before },
      { name: 'with @xc/breaker', tone: 'after', samples: after },
    ] as const;
    const ofBreaker = guarded.changes.filter(({ part }) => part === 'postgres');
    const states = ofBreaker.map((change) => ({ state: change.state, atMs: fromStart(change) }));
    return {
      figures: [
        {
          name: 'detectedMs',
          says: 'from the stall to the open breaker',
          unit: 'ms',
          value: opened === undefined ? Number.POSITIVE_INFINITY : opened.at - load.startedAt - stalledAt,
        },
        {
          name: 'pagedMs',
          says: 'from the stall to the page for the bare service, by its objective',
          unit: 'ms',
          value: paged === undefined ? Number.POSITIVE_INFINITY : fromStart(paged) - stalledAt,
        },
        compared('errorRate', 'errors while the database was away', 'ratio', measured),
        compared('staleRate', 'stale answers while it was away', 'ratio', measured),
        compared('p50Ms', 'p50 while it was away', 'ms', measured),
        compared('p95Ms', 'p95 while it was away', 'ms', measured),
        compared('recoveredMs', 'from the database being back to all answers fresh', 'ms', measured),
        compared('totalErrorRate', 'errors over the whole act', 'ratio', measured),
        { name: 'lostTrips', says: 'accepted trips that are not in the table', unit: 'count', value: lostTrips },
        { name: 'acceptedTrips', says: 'accepted trips', unit: 'count', value: tripsOf(after).length },
      ],
      charts: [
        latencyChart('How long visitors wait', lines, LENGTH_MS, spans),
        answersChart('What visitors get without us', before, LENGTH_MS, spans),
        answersChart('What visitors get with @xc/breaker', after, LENGTH_MS, spans),
        statesChart('The breaker', states, LENGTH_MS, spans),
      ],
    };
  },
};

interface Measured {
  readonly errorRate: number;
  readonly staleRate: number;
  readonly totalErrorRate: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly recoveredMs: number;
}

function figuresOf(samples: readonly Sample[], ill: { fromMs: number; toMs: number }): Measured {
  const during = samples.filter(({ atMs }) => atMs >= ill.fromMs && atMs < ill.toMs);
  const latencies = during.map(({ latencyMs }) => latencyMs);
  const rate = (of: readonly Sample[], result: Sample['result']) =>
    of.filter((sample) => sample.result === result).length / Math.max(1, of.length);
  const lastTrouble = samples.reduce(
    (latest, { result, atMs, latencyMs }) => (result === 'fresh' ? latest : Math.max(latest, atMs + latencyMs)),
    ill.toMs,
  );
  const steady = lastTrouble <= LENGTH_MS - STEADY_MS;
  return {
    errorRate: rate(during, 'error'),
    staleRate: rate(during, 'stale'),
    totalErrorRate: rate(samples, 'error'),
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    recoveredMs: steady ? lastTrouble - ill.toMs : Number.POSITIVE_INFINITY,
  };
}

function compared(
  name: keyof Measured,
  says: string,
  unit: Figure['unit'],
  measured: { before: Measured; after: Measured },
): Figure {
  return { name, says, unit, value: measured.after[name], before: measured.before[name] };
}

function tripsOf(samples: readonly Sample[]): string[] {
  return samples.flatMap(({ tripId }) => tripId ?? []);
}

/** How many accepted trips have no confirmation in the table, after a moment for those that are still on their way. */
async function missingTrips(stage: Stage, service: string, samples: readonly Sample[]): Promise<number> {
  const database = await stage.database();
  const accepted = tripsOf(samples);
  const givenUpAt = stage.clock.monotonic() + 3_000;
  for (;;) {
    const there = new Set(await database.confirmations(service));
    const missing = accepted.filter((id) => !there.has(id)).length;
    if (missing === 0 || stage.clock.monotonic() > givenUpAt) return missing;
    await stage.clock.sleep(100, stage.signal);
  }
}
