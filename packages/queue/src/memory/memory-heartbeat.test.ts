import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { BlockableClock } from '../../test/blockable-clock.ts';
import { turns } from '../../test/turns.ts';
import type { Job } from '../job/job.ts';
import { createQueue } from '../queue/create-queue.ts';
import { EngineRig } from '../testing/contract/engine-rig.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import { memoryEngine } from './memory-engine.ts';

const LEASE_MS = 3_000;

/** Works a queue with one job whose handler blocks, beside a worker that waits for whatever is given away. */
async function working(options: WorkOptions, handler: (job: Job, clock: BlockableClock) => unknown) {
  const clock = new BlockableClock();
  const engine = memoryEngine({ clock });
  const queue = createQueue('main', { clock, engine, leaseMs: LEASE_MS });
  const other = createQueue('main', { clock, engine, leaseMs: LEASE_MS });
  const runs: string[] = [];
  queue.work(
    (job) => {
      runs.push(`blocking ${job.delivery}`);
      return handler(job, clock);
    },
    { concurrency: 1, prefetch: 0, ...options },
  );
  await queue.add('t', 1, { id: 'a' });
  other.work((job) => void runs.push(`other ${job.delivery}`));
  await turns();
  return {
    queue,
    other,
    clock,
    runs,
    [Symbol.asyncDispose]: async () => {
      await queue.close();
      await other.close();
    },
  };
}

test('keeps the lease of a handler that blocks the event loop', async () => {
  await using at = await working({ heartbeat: 'thread' }, (_, clock) => clock.block(4 * LEASE_MS));
  await at.clock.advance(2 * LEASE_MS);
  expect(at.runs).toEqual(['blocking 1']);
  await expect(at.queue.inspect('a')).resolves.toMatchObject({ state: 'done', attempt: 1, lostLeases: 0 });
  await expect(at.queue.counts()).resolves.toMatchObject({ totals: { done: 1, lost: 0 } });
});

test('lets a handler that has blocked go on with its job', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  await using at = await working({ heartbeat: 'thread' }, async (job, clock) => {
    clock.block(4 * LEASE_MS);
    await ended;
    await job.log('still here');
    return job.signal.aborted;
  });
  // The other one looks first, at the end that the lease had when it was last told.
  await at.other.counts();
  await at.clock.advance(2 * LEASE_MS);
  await expect(at.queue.inspect('a')).resolves.toMatchObject({ state: 'active', delivery: 1 });
  end();
  await turns();
  await expect(at.queue.inspect('a')).resolves.toMatchObject({ state: 'done', result: false, logs: ['still here'] });
  expect(at.runs).toEqual(['blocking 1']);
});

test('keeps no lease of a handler that blocks for longer than was said', async () => {
  await using at = await working({ heartbeat: 'thread', maxBlockMs: LEASE_MS }, (job, clock) => {
    if (job.delivery === 1) clock.block(2 * LEASE_MS);
  });
  await at.clock.advance(LEASE_MS);
  expect(at.runs).toHaveLength(2);
  await expect(at.queue.inspect('a')).resolves.toMatchObject({ state: 'done', delivery: 2 });
  await expect(at.queue.counts()).resolves.toMatchObject({ totals: { lost: 1 } });
});

test('keeps a lease for its length beyond what was said', async () => {
  await using at = await working({ heartbeat: 'thread', maxBlockMs: LEASE_MS }, (_, clock) =>
    clock.block(1.8 * LEASE_MS),
  );
  expect(at.runs).toEqual(['blocking 1']);
  await expect(at.queue.inspect('a')).resolves.toMatchObject({ state: 'done', delivery: 1 });
});

test('keeps no lease of a blocked handler unasked', async () => {
  await using at = await working({ heartbeat: 'loop' }, (job, clock) => {
    if (job.delivery === 1) clock.block(2 * LEASE_MS);
  });
  await at.clock.advance(LEASE_MS);
  expect(at.runs).toHaveLength(2);
  await expect(at.queue.counts()).resolves.toMatchObject({ totals: { lost: 1 } });
});

test('lets a lease end that is not renewed though the event loop turns', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const rig = new EngineRig({
    ...{ engine: memoryEngine({ clock }), clock, now: () => clock.now() },
    pass: (ms) => clock.advance(ms),
  });
  const heartbeat = rig.queue.heartbeat?.({ leaseMs: LEASE_MS, maxBlockMs: 60_000 });
  await rig.add({ id: 'a' });
  const lease = await rig.takeOne({ leaseMs: LEASE_MS });
  heartbeat?.hold([lease]);
  await rig.pass(LEASE_MS - 1);
  expect((await rig.inspect('a')).state).toBe('active');
  expect(heartbeat?.confirmedAt(lease)).toBe(0);
  await rig.pass(1);
  expect((await rig.inspect('a')).state).toBe('waiting');
  expect(heartbeat?.confirmedAt(lease)).toBe(Number.NEGATIVE_INFINITY);
  heartbeat?.close();
  expect(clock.pending).toBe(0);
  await rig.close();
});
