import { expect, test } from 'vitest';
import { MENDED, type Run } from '../src/jobs/handle-trips.ts';
import { openTrips } from '../src/jobs/open-trips.ts';
import { Tally } from '../src/jobs/tally.ts';
import { startHere } from '../src/jobs/trip-workers.ts';

const run = (id: string, fence: number, more: Partial<Run> = {}): Run => ({
  ...{ id, city: '', visit: 0, fence: BigInt(fence), redelivered: false, at: fence },
  ...more,
});

test('counts jobs once, and those of a worker that died by when they ran again', () => {
  const tally = new Tally();
  tally.add([run('a', 1), run('b', 2), run('a', 3)]);
  tally.add([run('b', 4, { redelivered: true, at: 40 }), run('b', 5, { redelivered: true, at: 50 })]);
  expect([tally.jobs, tally.redelivered, tally.lastRedelivered]).toEqual([2, 1, 40]);
});

test('finds visits out of order by their leases, not by when they were told', () => {
  const visit = (n: number, fence: number) => run(`visit ${n}`, fence, { city: 'Lisbon', visit: n });
  const told = new Tally();
  told.add([visit(2, 20), visit(1, 10), visit(2, 21), visit(3, 30)]);
  expect(told.outOfOrder).toBe(0);
  const wrong = new Tally();
  wrong.add([visit(1, 20), visit(2, 10), visit(3, 30)]);
  expect(wrong.outOfOrder).toBe(1);
});

test('works in one process where there is no Redis', async () => {
  await using queue = openTrips('trips');
  const tally = new Tally();
  await using workers = startHere(queue, (runs) => tally.add(runs));
  expect(await workers.killOne()).toBe(false);
  const trips = [
    { trip: 1, busy: true, wrong: false },
    { trip: 2, busy: false, wrong: true },
  ];
  await queue.addMany(trips.map((data) => ({ type: 'trip.confirm' as const, data })));
  await queue.addMany(
    [1, 2, 3].map((visit) => ({
      type: 'city.visit' as const,
      data: { city: 'Lisbon', visit },
      options: { key: 'Lisbon' },
    })),
  );
  await expect.poll(async () => (await queue.counts()).done, { timeout: 5_000 }).toBe(4);
  expect(await queue.dead.redrive({ reason: 'discarded' }, { lane: MENDED })).toMatchObject({ redriven: 1 });
  await expect.poll(async () => (await queue.counts()).done).toBe(5);
  expect([tally.jobs, tally.outOfOrder]).toEqual([5, 0]);
});
