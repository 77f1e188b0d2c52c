import { invalidateUnheard } from '../caching/two-nodes.ts';
import { withClient } from '../database/with-client.ts';
import type { Sample } from '../load/sample.ts';
import type { Traffic } from '../load/visits.ts';
import { readMetric } from '../metrics/read-metric.ts';
import { answersChart } from '../report/answers-chart.ts';
import { latencyChart } from '../report/latency-chart.ts';
import type { RunningService } from '../service/start-service.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Act } from './act.ts';

const LENGTH_MS = 2_500;
const DEAD_MS = 1_500;
const CROWD = 1_000;
/** On the open sea, where no visitor is at home: nobody has asked before. */
const COLD_PATH = '/near?lat=-40.5&lon=-120.5';

/** The guide with and without a cache, before the same eyes. */
export const cache: Act = {
  name: 'cache',
  shows:
    'The same visitors come to a service that caches, a first time, which fills it, and a second time, which counts; and once to one that does not. A thousand ask at once for what nobody has asked before. A node misses the message that rows were written, and finds out. At last everything expires, the database is killed, and grace answers.',
  promises: [
    { says: 'p95 at most a tenth', figure: 'p95Share', holds: (share) => share <= 0.1 },
    { says: 'p50 of /near at most 10 ms', figure: 'nearP50Ms', holds: (ms) => ms <= 10 },
    { says: 'at least 70 % fewer queries', figure: 'saved', holds: (share) => share >= 0.7 && share <= 1 },
    { says: 'more than 90 % hits', figure: 'hitRate', holds: (rate) => rate > 0.9 && rate <= 1 },
    { says: 'one query for a thousand at once', figure: 'moreQueries', holds: (queries) => queries === 0 },
    { says: 'no errors while the database is dead', figure: 'errorRate', holds: (rate) => rate === 0 },
    { says: 'a lost message is made good in 3 heartbeats', figure: 'heardMs', holds: (ms) => ms <= 600 },
    { says: 'nothing in memory is wrong', figure: 'wrong', holds: (entries) => entries === 0 },
  ],
  async run(stage) {
    const database = await stage.database();
    const services = await Promise.all([
      stage.service('uncached', new URL('../guides/bare.ts', import.meta.url)),
      stage.service('cached', new URL('../guides/cached.ts', import.meta.url)),
    ]);
    const [bare, cached] = services;
    const visit = async (visited: readonly RunningService[], name: string, lengthMs: number) => {
      const load = await stage.visitors(visited, trafficOf(name, lengthMs));
      return load.done;
    };

    stage.say('the first visit fills the cache');
    await visit([cached], 'cache-1', LENGTH_MS);
    const first = await Promise.all(services.map(queriesOf));
    const filled = await factsOf(cached);
    // One after the other: the database of the one must not take the processor from the other.
    stage.say('the same visitors come again');
    const [after = []] = await visit([cached], 'cache-2', LENGTH_MS);
    stage.say('the same visitors come without a cache');
    const [before = []] = await visit([bare], 'cache-2', LENGTH_MS);
    const second = await Promise.all(services.map(queriesOf));
    const { facts, misses, requests } = await factsOf(cached);

    stage.say('a thousand ask for what nobody has asked before');
    const coldFrom = await queriesOf(cached);
    const startedAt = stage.clock.monotonic();
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => fetch(`${cached.origin}${COLD_PATH}`)));
    const crowdMs = stage.clock.monotonic() - startedAt;
    await Promise.all(crowd.map((answer) => answer.arrayBuffer()));
    const answered = crowd.filter(({ status }) => status === 200).length;
    const crowdQueries = (await queriesOf(cached)) - coldFrom;

    stage.say('a node misses a message');
    const heard = await withClient(database.url, (client) => invalidateUnheard(client, stage.clock));

    // All that is kept has to be asked for again, and there is nobody to ask.
    await withClient(database.url, (client) => client.query('NOTIFY places_changed'));
    await stage.clock.sleep(100, stage.signal);
    await database.kill();
    stage.say('everything has expired, the database was killed, and grace answers');
    const [deadBefore = [], deadAfter = []] = await visit(services, 'cache-3', DEAD_MS);
    await database.restart();

    const asked = (service: 0 | 1) => (second[service] as number) - (first[service] as number);
    const p95 = { value: latency(after, 0.95), before: latency(before, 0.95) };
    return {
      figures: [
        { name: 'p50Ms', says: 'p50', unit: 'ms', value: latency(after, 0.5), before: latency(before, 0.5) },
        { name: 'p95Ms', says: 'p95', unit: 'ms', ...p95 },
        { name: 'p95Share', says: 'p95, of that without us', unit: 'ratio', value: share(p95.value, p95.before) },
        {
          name: 'nearP50Ms',
          says: 'p50 of /near',
          unit: 'ms',
          value: latency(nearby(after), 0.5),
          before: latency(nearby(before), 0.5),
        },
        { name: 'queries', says: 'database queries', unit: 'count', value: asked(1), before: asked(0) },
        { name: 'saved', says: 'queries saved', unit: 'ratio', value: rest(share(asked(1), asked(0))) },
        {
          name: 'hitRate',
          says: 'hits, of all questions to the cache',
          unit: 'ratio',
          value: rest(share(misses - filled.misses, requests - filled.requests)),
        },
        {
          name: 'errorRate',
          says: 'errors while the database is dead',
          unit: 'ratio',
          value: rate(deadAfter, 'error'),
          before: rate(deadBefore, 'error'),
        },
        { name: 'staleRate', says: 'answered by grace meanwhile', unit: 'ratio', value: rate(deadAfter, 'stale') },
        { name: 'crowdMs', says: 'until a thousand have their answer', unit: 'ms', value: crowdMs },
        {
          name: 'moreQueries',
          says: 'queries for them beyond one, and answers missing',
          unit: 'count',
          value: Math.max(0, crowdQueries - 1) + (CROWD - answered),
        },
        { name: 'heardMs', says: 'until a lost message is made good', unit: 'ms', value: heard.heardMs },
        { name: 'wrong', says: `wrong, of ${heard.checked} entries compared`, unit: 'count', value: heard.wrong },
      ],
      charts: [
        latencyChart(
          'How long visitors wait',
          [
            { name: 'without us', tone: 'before', samples: before },
            { name: 'with @xc/cache', tone: 'after', samples: after },
          ],
          LENGTH_MS,
        ),
        answersChart('What visitors get of a dead database with @xc/cache', deadAfter, DEAD_MS),
        {
          kind: 'facts',
          title: 'What the cache knows',
          note: `As the status page of ${cached.name} said it before the database was killed; ${bare.name} has none.`,
          facts: Object.entries(facts),
        },
      ],
    };
  },
};

/** The usual questions, but no trips: they are written, and no cache helps there. */
function trafficOf(name: string, lengthMs: number): Traffic {
  return { name, lengthMs, perSecond: 60, perMille: { near: 90, search: 160, trip: 0 } };
}

async function queriesOf(service: RunningService): Promise<number> {
  return readMetric(await service.metrics(), 'atlas_database_queries_total');
}

async function factsOf({ origin }: RunningService) {
  const response = await fetch(`${origin}/status`, { headers: { accept: 'application/json' } });
  const { facts } = (await response.json()) as { readonly facts: Readonly<Record<string, string>> };
  const count = (name: string): number => Number(facts[name] ?? Number.NaN);
  return { facts, misses: count('misses'), requests: count('hits') + count('misses') };
}

function nearby(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ kind }) => kind === 'near');
}

function latency(samples: readonly Sample[], at: number): number | undefined {
  return percentile(
    samples.map(({ latencyMs }) => latencyMs),
    at,
  );
}

function rate(samples: readonly Sample[], result: Sample['result']): number {
  return share(samples.filter((sample) => sample.result === result).length, samples.length) ?? 0;
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}

/** What is not in a share. */
function rest(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 1 - share;
}
