import { systemClock } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { readPlaces } from '../data/geonames.ts';
import { joinDemo } from '../processes/demo.ts';
import { audience } from './audience.ts';
import { crowd } from './crowd.ts';
import { drive } from './drive.ts';
import type { Sample } from './sample.ts';
import type { LoadMessage, LoadOrder } from './start-load.ts';
import { opening, visits } from './visits.ts';

const TELL_EVERY_MS = 250;

const { order, tell } = await joinDemo<LoadOrder, LoadMessage>();
const random = new SeededRandom(order.seed);
const visitors = audience(await readPlaces(), order.visitors, random);
const { origins, patienceMs } = order;
await drive(origins, opening(visitors), { clock: systemClock, patienceMs });
const since: Sample[][] = origins.map(() => []);
tell({ kind: 'started', at: systemClock.now() });
systemClock.every(TELL_EVERY_MS, () => {
  tell({ kind: 'progress', samples: since.map((samples) => samples.splice(0)) });
});
const { traffic } = order;
const plan = 'polite' in traffic ? crowd(visitors, traffic, random) : visits(visitors, traffic, random);
const samples = await drive(origins, plan, {
  clock: systemClock,
  patienceMs,
  onSample: (target, sample) => since[target]?.push(sample),
});
tell({ kind: 'done', samples });
