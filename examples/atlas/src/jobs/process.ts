import { systemClock } from '@xc/core';
import { redisEngine } from '@xc/queue/redis';
import { connectRedis } from '@xc/redis';
import { joinDemo } from '../processes/demo.ts';
import { handleTrips, type Run } from './handle-trips.ts';
import { openTrips } from './open-trips.ts';
import type { TripMessage, TripOrder } from './trip-workers.ts';

const TELL_EVERY_MS = 20;

const { order, tell } = await joinDemo<TripOrder, TripMessage>();
const client = connectRedis(order.redisUrl);
const queue = openTrips(order.queue, redisEngine(client));
let runs: Run[] = [];
const worker = queue.work(
  handleTrips((run) => runs.push(run)),
  { concurrency: 50 },
);
systemClock.every(TELL_EVERY_MS, () => {
  if (runs.length > 0) tell({ kind: 'runs', runs });
  runs = [];
});
await worker.ready();
tell({ kind: 'ready' });
