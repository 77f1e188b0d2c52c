import { XcError } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type Intercepts, interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import type { StepRequest } from '../engine/step-request.ts';
import type { QueueEvent } from '../events/queue-events.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';

const unavailable = () => new XcError('XC_QUEUE_UNAVAILABLE', 'away', { retryable: true });

function opened(intercepts: Intercepts = {}, options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const logger = new MemoryLogger();
  const memory = memoryEngine({ clock });
  const steps: (StepRequest & { readonly at: number })[] = [];
  const engine = interceptedEngine(memory, {
    ...intercepts,
    step(request, next) {
      steps.push({ ...request, at: clock.monotonic() });
      return intercepts.step?.(request, next) ?? next();
    },
  });
  const queue = createQueue('main', { clock, engine, logger, leaseMs: 3_000, ...options });
  const other = createQueue('main', { clock, engine: memory, leaseMs: 3_000 });
  return { queue, other, clock, logger, steps };
}

test('renews all it holds every third of the lease, and nothing while it holds nothing', async () => {
  const { queue, clock, steps } = opened();
  await using _ = queue;
  let end = () => {};
  const worker = queue.work(() => new Promise<void>((resolve) => (end = resolve)), { prefetch: 0 });
  await clock.advance(10_000);
  expect(steps.flatMap(({ renewals }) => renewals)).toEqual([]);
  await queue.add('t', 1);
  await turns();
  await clock.advance(9_500);
  const renewing = steps.filter(({ renewals }) => renewals.length > 0);
  expect(renewing.map(({ at }) => at - 10_000)).toEqual([
    1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000,
  ]);
  end();
  await worker.idle();
  await expect(queue.counts()).resolves.toMatchObject({ done: 1, totals: { lost: 0 } });
});

test('stops trusting a lease before the server gives the job away, and aborts the signal', async () => {
  let away = false;
  const { queue, other, clock } = opened({ step: (_, next) => (away ? Promise.reject(unavailable()) : next()) });
  const aborted: [number, unknown][] = [];
  const late: Promise<unknown>[] = [];
  const given: number[] = [];
  queue.work(
    (job) =>
      new Promise(() => {
        job.signal.addEventListener('abort', () => {
          aborted.push([clock.monotonic(), job.signal.reason]);
          late.push(
            job.progress(1),
            job.log('x'),
            job.once('a', () => 1),
          );
          for (const each of late) each.catch(() => {});
        });
      }),
    { abortGraceMs: 0 },
  );
  await queue.add('t', 1);
  await turns();
  await clock.advance(1_500);
  away = true;
  other.work(() => void given.push(clock.monotonic()));
  await clock.advance(10_000);
  // Confirmed at 1,000 for the last time.
  expect(aborted).toMatchObject([[1_000 + 2_700, { code: 'XC_QUEUE_LOST_LEASE' }]]);
  expect(given).toEqual([1_000 + 3_000]);
  for (const each of late) await expect(each).rejects.toMatchObject({ code: 'XC_QUEUE_LOST_LEASE' });
  away = false;
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(10_000)]);
  await other.close();
});

test('throws away the report of a lease that has ended, counts it and logs it', async () => {
  let away = false;
  const { queue, other, clock, logger } = opened({
    step: (_, next) => (away ? Promise.reject(unavailable()) : next()),
  });
  const lost: QueueEvent[] = [];
  queue.watch({ lost: (event) => lost.push(event) });
  let end = (_value: string) => {};
  queue.work(() => new Promise<string>((resolve) => (end = resolve)));
  const ref = await queue.add('t', 1);
  await turns();
  away = true;
  end('too late');
  await turns();
  other.work(() => 'in time');
  await clock.advance(3_000);
  await expect(ref.result()).resolves.toBe('in time');
  away = false;
  await clock.advance(4_000);
  expect(lost).toMatchObject([{ id: ref.id, delivery: 1 }]);
  expect(logger.find({ level: 'warn', message: /after its lease had ended/ })).toHaveLength(1);
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ result: 'in time', delivery: 2 });
  await Promise.all([queue.close(), other.close()]);
});

test('keeps reports while the engine is away and sends them on return', async () => {
  let away = false;
  const { queue, clock, steps } = opened(
    { step: (_, next) => (away ? Promise.reject(unavailable()) : next()) },
    { leaseMs: 60_000 },
  );
  await using _ = queue;
  const ends: (() => void)[] = [];
  const worker = queue.work(() => new Promise<void>((resolve) => ends.push(resolve)));
  await queue.addMany(Array.from({ length: 5 }, (_, data) => ({ type: 't', data })));
  await turns();
  away = true;
  for (const end of ends) end();
  await clock.advance(30_000);
  const gaps = steps.slice(2).map(({ at }, index) => at - (steps[index + 1]?.at ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(2_001);
  away = false;
  await clock.advance(2_000);
  await worker.idle();
  await expect(queue.counts()).resolves.toMatchObject({ done: 5, totals: { lost: 0 } });
});

test('sends a step again as it was when its answer was lost: the same jobs come, none runs twice', async () => {
  let lose = 3;
  const { queue, clock, steps } = opened({
    async step(_, next) {
      const reply = await next();
      if (reply.jobs.length > 0 && lose-- > 0) throw unavailable();
      return reply;
    },
  });
  await using _ = queue;
  const runs: string[] = [];
  await queue.addMany(Array.from({ length: 3 }, (_, data) => ({ type: 't', data })));
  const worker = queue.work((job) => void runs.push(`${job.id} ${job.delivery}`));
  await turns();
  await clock.advance(2_000);
  await worker.idle();
  expect(runs).toEqual(['~1 1', '~2 1', '~3 1']);
  const [first, second] = steps;
  expect(second).toEqual({ ...first, at: expect.any(Number) });
  expect(steps.at(-1)?.number).toBe(new Set(steps.map(({ number }) => number)).size);
});

test('aborts a running handler whose job came to this worker again', async () => {
  const { queue, clock } = opened({
    // A renewal that the engine never hears of.
    step: async (request, next) => {
      if (request.renewals.length === 0) return next();
      const reply = await next();
      return { ...reply, renewed: request.renewals.map(() => false) };
    },
  });
  const reasons: unknown[] = [];
  queue.work((job) =>
    new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason))).catch((error) => {
      reasons.push(error.code);
      throw error;
    }),
  );
  await queue.add('t', 1);
  await turns();
  await clock.advance(1_000);
  expect(reasons).toEqual(['XC_QUEUE_LOST_LEASE']);
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(10_000)]);
});

test('kills a job whose lease is lost three times in a row', async () => {
  const clock = new ManualClock();
  const engine = memoryEngine({ clock });
  const ref = await createQueue('main', { clock, engine }).add('t', 1);
  for (let crash = 0; crash < 3; crash++) {
    const victim = createQueue('main', { clock, engine: deadAfterFirstJob(engine), leaseMs: 1_000 });
    victim.work(() => new Promise(() => {}), { abortGraceMs: 0 });
    await turns();
    await clock.advance(1_000);
  }
  await using survivor = createQueue('main', { clock, engine });
  let calls = 0;
  const dead: QueueEvent[] = [];
  survivor.watch({ dead: (event) => dead.push(event) });
  await survivor.work(() => void calls++).idle();
  await clock.advance(20_000);
  await expect(survivor.inspect(ref.id)).resolves.toMatchObject({ state: 'dead', reason: 'poison', delivery: 3 });
  expect(calls).toBe(0);
});

/** A process that was killed: after the first job nothing of it is heard. */
function deadAfterFirstJob(engine: ReturnType<typeof memoryEngine>) {
  let dead = false;
  return interceptedEngine(engine, {
    async step(_, next) {
      if (dead) return new Promise(() => {});
      const reply = await next();
      dead ||= reply.jobs.length > 0;
      return reply;
    },
  });
}
