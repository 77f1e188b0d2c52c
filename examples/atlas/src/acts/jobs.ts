import type { Queue } from '@xc/queue';
import { MENDED } from '../jobs/handle-trips.ts';
import type { TripJobs } from '../jobs/job-types.ts';
import { LEASE_MS, openTrips } from '../jobs/open-trips.ts';
import { Tally } from '../jobs/tally.ts';
import { openTripRedis } from '../jobs/trip-redis.ts';
import { startHere, startProcesses } from '../jobs/trip-workers.ts';
import { openRedis } from '../redis/open-redis.ts';
import type { Act, Figure } from './act.ts';
import type { Stage } from './stage.ts';

const TRIPS = 20_000;
const CITIES = 20;
const VISITS = 100;
/** One in a hundred mail servers is busy twice, one address in five hundred is wrong. */
const BUSY_EVERY = 100;
const WRONG_EVERY = 500;
const AT_ONCE = 1_000;

/** Twenty thousand confirmations over processes of which one is killed, a stream of visits in order beside them, then a redrive. */
export const jobs: Act = {
  name: 'jobs',
  shows:
    'Twenty thousand trips are confirmed by jobs, and every visit of twenty cities is written down in order beside them. Where there is a Redis three processes work, and one is killed in the middle. Busy mail servers are tried again, wrong addresses are dead letters, and in the end these are sent again.',
  usesRedis: true,
  promises: [
    { says: 'no job is lost', figure: 'lost', holds: (n) => n === 0 },
    { says: 'the visits of every city stay in order', figure: 'outOfOrder', holds: (n) => n === 0 },
    { says: 'dead letters are exactly the wrong addresses', figure: 'notDead', holds: (n) => n === 0 },
    { says: 'all are through in 20 s, the kill included', figure: 'tookMs', holds: (ms) => ms <= 20_000 },
    {
      says: 'the killed jobs run elsewhere within the lease and a second',
      figure: 'stoodStillMs',
      holds: (ms) => ms <= LEASE_MS + 1_000,
    },
  ],
  async run(stage) {
    await using redis = await openRedis(stage.redisUrl);
    const name = `atlas-trips-${process.pid}-${stage.clock.now()}`;
    await using trips = openTripRedis(redis?.url, name);
    await using queue = openTrips(name, trips.engine);
    const tally = new Tally();
    const onRuns: Tally['add'] = (runs) => tally.add(runs);
    stage.say(redis === undefined ? 'one worker, here: there is no Redis' : 'three workers, each a process');
    await using workers =
      redis === undefined
        ? startHere(queue, onRuns)
        : await startProcesses({ redisUrl: redis.url, queue: name }, onRuns, stage.signal);
    const startedAt = stage.clock.monotonic();
    const adding = addAll(queue);
    adding.catch(() => {});
    await until(stage, async () => tally.jobs >= TRIPS / 2);
    const killedAt = stage.clock.now();
    const killed = await workers.killOne();
    if (killed) stage.say('a worker was killed with kill -9');
    await adding;
    await until(stage, () => isSettled(queue));
    const tookMs = stage.clock.monotonic() - startedAt;
    const before = await queue.counts();
    const redelivered = tally.redelivered;
    const stoodStillMs = tally.lastRedelivered === undefined ? 0 : tally.lastRedelivered - killedAt;
    stage.say(`${before.dead} dead letters are sent again`);
    const { redriven } = await queue.dead.redrive({ reason: 'discarded' }, { by: 'atlas', lane: MENDED });
    await until(stage, () => isSettled(queue));
    const { totals, dead } = await queue.counts();
    const total = TRIPS + CITIES * VISITS;
    return {
      figures: [
        count('jobs', 'jobs', total),
        count('throughput', 'jobs a second, retries and the kill included', Math.round((total / tookMs) * 1_000)),
        { name: 'tookMs', says: 'until the last was through', unit: 'ms', value: tookMs },
        count('killed', 'workers killed', killed ? 1 : 0),
        count('redelivered', 'jobs that the killed worker had, run elsewhere', redelivered),
        { name: 'stoodStillMs', says: 'until the last of them ran', unit: 'ms', value: stoodStillMs },
        count('retried', 'attempts that failed and were tried again', totals.failed),
        count('outOfOrder', 'visits out of order', tally.outOfOrder),
        count('deadLetters', 'dead letters', before.dead),
        count('notDead', 'wrong addresses that are no dead letters, or others that are', Math.abs(before.dead - WRONG)),
        count('redriven', 'sent again', redriven),
        count('stillDead', 'still dead after that', dead),
        count('lost', 'jobs lost', Math.max(0, total - totals.done) + (totals.added - total)),
      ],
      charts: [],
    };
  },
};

const WRONG = TRIPS / WRONG_EVERY;
const isWrong = (trip: number) => trip % WRONG_EVERY === 0;
const isBusy = (trip: number) => trip % BUSY_EVERY === 1;

function count(name: string, says: string, value: number): Figure {
  return { name, says, unit: 'count', value };
}

/** Trips and visits, a thousand at a time, mixed as they come. */
async function addAll(queue: Queue<TripJobs>): Promise<void> {
  const trips = Array.from({ length: TRIPS }, (_, trip) => ({
    type: 'trip.confirm' as const,
    data: { trip, busy: isBusy(trip), wrong: isWrong(trip) },
  }));
  const visits = Array.from({ length: CITIES * VISITS }, (_, index) => {
    const city = `city ${index % CITIES}`;
    return {
      type: 'city.visit' as const,
      data: { city, visit: 1 + Math.floor(index / CITIES) },
      options: { key: city },
    };
  });
  const share = (AT_ONCE * visits.length) / (trips.length + visits.length);
  while (trips.length > 0 || visits.length > 0) {
    const jobs = [...visits.splice(0, Math.ceil(share)), ...trips.splice(0, AT_ONCE - Math.ceil(share))];
    const refused = (await queue.addMany(jobs)).find((ref) => ref instanceof Error);
    if (refused !== undefined) throw refused;
  }
}

async function isSettled(queue: Queue<TripJobs>): Promise<boolean> {
  const { waiting, active, delayed } = await queue.counts();
  return waiting + active + delayed === 0;
}

async function until({ clock, signal }: Stage, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await clock.sleep(20, signal);
}
