import { SeededRandom } from '@xc/core/testing';
import { createRebalancer, memoryJournal, planRebalance, type RebalancePlan, type RebalanceReport } from '@xc/shard';
import type { Stage } from '../acts/stage.ts';
import type { Span } from '../report/chart.ts';
import { historyOf, verdictOf } from './city-history.ts';
import { type CityShards, LATER } from './city-shards.ts';
import { type Errand, TownClerks } from './town-clerks.ts';

/** How it went. */
export interface Growth {
  readonly plan: RebalancePlan;
  readonly partitions: number;
  readonly there: RebalanceReport;
  readonly back: RebalanceReport;
  /** Of the whole, in ms from its beginning. */
  readonly spans: readonly [quiet: Span, there: Span, back: Span];
  readonly errands: readonly Errand[];
  /** What the checker found, after the way there and after the way back. */
  readonly lost: number;
  readonly duplicated: number;
  /** Partitions and cities that are not where they were in the beginning. */
  readonly notBack: number;
}

const QUIET_MS = 1_000;
const JOB = 'fifth';

/** Adds the fifth database while cities are read and written, and takes it back again. */
export async function growAndShrink(stage: Stage, cities: CityShards, perSecond: number): Promise<Growth> {
  const { clock, signal } = stage;
  const history = historyOf(cities.places);
  const clerks = new TownClerks(cities, history, clock, { perSecond, random: new SeededRandom(stage.seed) });
  await using rebalancer = createRebalancer({
    ...{ store: cities.store, journal: memoryJournal(), adapter: cities.adapter },
    ...{ perShard: 2, batchRows: 1_000 },
  });
  const ownerOf = (key: string): string => cities.router.locate(key).shard;
  const since = clock.monotonic();
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<readonly [Span, T]> => {
    stage.say(name);
    const fromMs = clock.monotonic() - since;
    const done = await clerks.during(work);
    return [{ name, fromMs, toMs: clock.monotonic() - since }, done];
  };

  const [quiet] = await timed('all is quiet', () => clock.sleep(QUIET_MS, signal));
  const before = cities.router.topology.owners;
  const plan = await planFor(cities);
  const [way, there] = await timed('a fifth database comes', () => rebalancer.run(plan, { jobId: JOB, signal }));
  // Until the job is finished its sources keep what they had, so that it can be reversed: that is no second row.
  const kept = new Map(there.moves.map(({ partition, from }) => [partition, from]));
  const grown = (await cities.everyCity()).filter(({ shard, key }) => kept.get(cities.partitionOf(key)) !== shard);
  await cities.router.refresh();
  const afterThere = verdictOf(history, grown, ownerOf);
  const [wayBack, back] = await timed('and is taken back', () => rebalancer.reverse(JOB));
  const found = await cities.everyCity();
  await cities.router.refresh();
  const afterBack = verdictOf(history, found, ownerOf);
  const { owners } = cities.router.topology;
  return {
    ...{ plan, there, back },
    partitions: before.length,
    spans: [quiet, way, wayBack],
    errands: clerks.errands.map((errand) => ({ ...errand, atMs: errand.atMs - since })),
    lost: afterThere.lost + afterBack.lost,
    duplicated: afterThere.duplicated + afterBack.duplicated,
    notBack:
      owners.filter((owner, partition) => owner !== before[partition]).length +
      found.filter(({ shard }) => shard === LATER).length,
  };
}

/** What moves for one more shard, which the topology gets to know first. */
async function planFor({ store, router }: CityShards): Promise<RebalancePlan> {
  const topology = await router.refresh();
  const grown = { ...topology, epoch: topology.epoch + 1, shards: [...topology.shards, { id: LATER }] };
  if (!(await store.cas(grown, topology.epoch))) throw new Error('somebody else has changed the topology');
  return planRebalance(grown, { threshold: 0.01 });
}
