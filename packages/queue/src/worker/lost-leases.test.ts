import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { BlockableClock } from '../../test/blockable-clock.ts';
import { turns } from '../../test/turns.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import { LostLeases } from './lost-leases.ts';

const LEASE_MS = 3_000;

function opened() {
  const clock = new BlockableClock();
  const meter = new RecordingMeter();
  const queue = createQueue('main', { clock, engine: memoryEngine({ clock }), leaseMs: LEASE_MS, meter });
  const lost: (readonly [string, number | undefined])[] = [];
  queue.watch({ lost: ({ id, delivery }) => lost.push([id, delivery]) });
  return { queue, clock, meter, lost };
}

test('tells once of a lease that is found to have ended by the step that reports too late', async () => {
  const { queue, clock, meter, lost } = opened();
  await using _ = queue;
  const worker = queue.work((job) => {
    if (job.delivery < 3) clock.block(2 * LEASE_MS);
  });
  await queue.add('t', 1, { id: 'a' });
  await turns();
  await worker.idle();
  expect(lost).toEqual([
    ['a', 1],
    ['a', 2],
  ]);
  expect(meter.value('xc_queue_lost_leases_total', { queue: 'main' })).toBe(2);
});

test('tells once of a lease whose end another worker finds before its holder reports', async () => {
  const { queue, clock, lost } = opened();
  await using _ = queue;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const holder = queue.work(() => ended);
  await queue.add('t', 1, { id: 'a' });
  await turns();
  clock.block(2 * LEASE_MS);
  const finder = queue.work(() => {});
  await turns();
  expect(lost).toEqual([['a', 1]]);
  end();
  await turns();
  await Promise.all([holder.idle(), finder.idle()]);
  expect(lost).toEqual([['a', 1]]);
});

test('remembers what was told for a while only, and each lease by itself', () => {
  const leases = new LostLeases();
  expect(leases.first({ id: 'a', fence: 1 })).toBe(true);
  expect(leases.first({ id: 'a', fence: 2 })).toBe(true);
  expect(leases.first({ id: 'a', fence: 1 })).toBe(false);
  for (let fence = 0; fence < 1_000; fence += 1) leases.first({ id: 'b', fence });
  expect(leases.first({ id: 'a', fence: 2 })).toBe(true);
});
