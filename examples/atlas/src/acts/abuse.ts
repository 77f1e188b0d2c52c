import { clientLimit } from '../guides/limited.ts';
import { type Crowd, POLITE, RUDE } from '../load/crowd.ts';
import type { Sample } from '../load/sample.ts';
import { countedSince, type LimiterCounts, limiterCounts } from '../metrics/limiter-counts.ts';
import { openRedis } from '../redis/open-redis.ts';
import type { Span } from '../report/chart.ts';
import { latencyChart } from '../report/latency-chart.ts';
import { refusalsChart } from '../report/refusals-chart.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act, Figure } from './act.ts';
import type { Stage } from './stage.ts';

/** Quiet and abuse by turns, so that whatever else the machine does falls on both alike. */
const TURN_MS = 800;
const TURNS = 14;
const STOP_AT_MS = TURNS * TURN_MS;
const STOPPED_MS = 1_600;
/** The rude one comes fifty times as often as its limit allows. */
const RUDE_EVERY_MS = clientLimit.windowMs / clientLimit.limit / 50;

const turns: Span[] = Array.from({ length: TURNS / 2 }, (_, index) => ({
  name: 'abuse',
  fromMs: (2 * index + 1) * TURN_MS,
  toMs: (2 * index + 2) * TURN_MS,
}));

/** Twenty polite clients and one that is not, in front of the expensive page; then Redis is taken away. */
export const abuse: Act = {
  name: 'abuse',
  shows:
    'Twenty polite clients ask for the expensive page, and by turns one more comes, fifty times as often as its limit allows. Limits a client, a limit for everybody and a load shedder stand before the page. Where there is a Redis the limits live in it, and in the end it is taken away.',
  usesRedis: true,
  promises: [
    {
      says: "everyone else's p95 within 1.2x of without the abuse",
      figure: 'p95Ratio',
      holds: (ratio) => ratio <= 1.2,
    },
    { says: 'nobody polite is refused or fails', figure: 'politeTurnedAway', holds: (visits) => visits === 0 },
    { says: 'the abuse gets no more than its limit', figure: 'beyondLimit', holds: (visits) => visits === 0 },
  ],
  async run(stage) {
    await using redis = await openRedis(stage.redisUrl);
    const lengthMs = STOP_AT_MS + (redis === undefined ? 0 : STOPPED_MS);
    const stopped: Span = { name: redis?.stopped ?? '', fromMs: STOP_AT_MS, toMs: lengthMs };
    const spans = redis === undefined ? turns : [...turns, stopped];
    const guide = new URL('../guides/limited.ts', import.meta.url);
    const service = await stage.service('limited', guide, redis?.url);
    stage.say('twenty polite clients, and one by turns that is not');
    const load = await stage.visitors([service], crowdWith(spans, lengthMs));
    await until(stage, load.startedAt + STOP_AT_MS);
    const before = limiterCounts(await service.metrics());
    if (redis !== undefined) {
      await redis.stop();
      stage.say(redis.stopped);
    }
    const [samples = []] = await load.done;
    const after = limiterCounts(await service.metrics());

    const inTurns = samples.filter(({ atMs }) => atMs < STOP_AT_MS);
    const later = samples.filter(({ atMs }) => atMs >= STOP_AT_MS);
    const abused = inTurns.filter(({ atMs }) => turns.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs));
    const quiet = inTurns.filter((sample) => !abused.includes(sample));
    return {
      figures: [
        p95('quietP95Ms', 'p95 of everyone else without the abuse', quiet),
        p95('p95Ms', 'p95 of everyone else during the abuse', abused),
        {
          name: 'p95Ratio',
          says: 'how many times as long',
          unit: 'times',
          value: ratio(abused, quiet),
        },
        ...table('', inTurns, before),
        ...(redis === undefined ? [] : degradedFigures(later, countedSince(before, after))),
        {
          name: 'politeTurnedAway',
          says: 'polite visits refused or failed',
          unit: 'count',
          value: samples.filter(({ visitor, result }) => visitor === POLITE && result !== 'fresh').length,
        },
        {
          name: 'beyondLimit',
          says: 'visits of the abuse beyond its limit',
          unit: 'count',
          value: beyond(inTurns, STOP_AT_MS) + beyond(later, STOPPED_MS),
        },
      ],
      charts: [
        latencyChart(
          'How long everyone else waits',
          [{ name: 'of the polite', tone: 'after', samples: samples.filter(isPolite) }],
          lengthMs,
          spans,
        ),
        refusalsChart('What the abuse gets', samples.filter(isRude), lengthMs, spans),
      ],
    };
  },
};

const isPolite = ({ visitor }: Sample) => visitor === POLITE;
const isRude = ({ visitor }: Sample) => visitor === RUDE;

function crowdWith(spans: readonly Span[], lengthMs: number): Crowd {
  return { lengthMs, polite: { clients: 20, everyMs: 1_600 }, rude: { everyMs: RUDE_EVERY_MS, spans } };
}

async function until({ clock, signal }: Stage, epochMs: number): Promise<void> {
  await clock.sleep(Math.max(0, epochMs - clock.now()), signal);
}

function p95Of(samples: readonly Sample[]): number | undefined {
  return percentile(
    samples.filter(isPolite).map(({ latencyMs }) => latencyMs),
    0.95,
  );
}

function p95(name: string, says: string, samples: readonly Sample[]): Figure {
  return { name, says, unit: 'ms', value: p95Of(samples) };
}

function ratio(abused: readonly Sample[], quiet: readonly Sample[]): number {
  return (p95Of(abused) ?? Number.POSITIVE_INFINITY) / (p95Of(quiet) ?? Number.NaN);
}

function table(suffix: string, samples: readonly Sample[], counts: LimiterCounts): readonly Figure[] {
  const count = (name: string, says: string, value: number): Figure => ({
    name: suffix === '' ? name : `${name}Degraded`,
    says: `${says}${suffix}`,
    unit: 'count',
    value,
  });
  const by = (result: Sample['result']) => samples.filter((sample) => sample.result === result).length;
  return [
    count('allowed', 'allowed', by('fresh')),
    count('refused', 'refused', by('refused')),
    count('fromDenyCache', 'refused by the deny cache', counts.denyCache),
    count('redisCalls', 'Redis calls', counts.redisCalls),
    count('shed', 'shed', counts.shed),
  ];
}

function degradedFigures(samples: readonly Sample[], counts: LimiterCounts): readonly Figure[] {
  const without = ', without Redis';
  return [
    p95('p95MsDegraded', `p95 of everyone else${without}`, samples),
    ...table(without, samples, counts),
    { name: 'degraded', says: `decided in memory, degraded${without}`, unit: 'count', value: counts.degraded },
  ];
}

/** Let in above what the limit allows in that time. */
function beyond(samples: readonly Sample[], ms: number): number {
  const allowed = Math.floor((ms * clientLimit.limit) / clientLimit.windowMs) + clientLimit.burst;
  return Math.max(0, samples.filter((sample) => isRude(sample) && sample.result === 'fresh').length - allowed);
}
