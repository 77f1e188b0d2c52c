import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import type { StepRequest } from '../engine/step-request.ts';
import type { Job } from '../job/job.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';

function opened() {
  const clock = new ManualClock(1_700_000_000_000);
  const steps: StepRequest[] = [];
  const engine = interceptedEngine(memoryEngine({ clock }), {
    step(request, next) {
      steps.push(request);
      return next();
    },
  });
  return { queue: createQueue('main', { clock, engine, backoff: { delayMs: () => 10 } }), clock, steps };
}

test('sends progress at most every 100 ms, the last value, and before the settle', async () => {
  const { queue, clock, steps } = opened();
  await using _ = queue;
  const seen: unknown[] = [];
  queue.watch({ progress: ({ progress }) => seen.push(progress) });
  const worker = queue.work(async (job) => {
    for (let percent = 0; percent <= 100; percent++) {
      void job.progress({ percent });
      await clock.sleep(10);
    }
    void job.progress('last');
    return 'done';
  });
  const ref = await queue.add('t', 1);
  await turns();
  await clock.advance(2_000);
  await expect(ref.result()).resolves.toBe('done');
  await worker.idle();
  expect(seen.length).toBeGreaterThanOrEqual(10);
  expect(seen.length).toBeLessThanOrEqual(13);
  expect(seen[0]).toEqual({ percent: 0 });
  expect(seen.at(-1)).toBe('last');
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ progress: 'last', state: 'done' });
  const told = steps.findLastIndex(({ progress }) => progress.length > 0);
  expect(steps.findIndex(({ settles }) => settles.length > 0)).toBeGreaterThan(told);
});

test('resolves progress once it is accepted, whichever value of several was sent', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const worker = queue.work(async (job) => {
    await job.progress(1);
    await Promise.all([job.progress(2), job.progress(3), job.progress(undefined)]);
  });
  const ref = await queue.add('t', 1);
  await turns();
  await clock.advance(100);
  await worker.idle();
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ state: 'done', progress: null });
});

test('keeps the last 100 lines of a log, cut at 1,000 characters', async () => {
  const { queue } = opened();
  await using _ = queue;
  const worker = queue.work(async (job) => {
    for (let line = 0; line < 120; line++) await job.log(`line ${line}`);
    await job.log('x'.repeat(2_000));
    await expect(job.log(7 as never)).rejects.toThrow(TypeError);
  });
  const ref = await queue.add('t', 1);
  await worker.idle();
  const logs = (await queue.inspect(ref.id))?.logs as string[];
  expect(logs).toHaveLength(100);
  expect(logs[0]).toBe('line 21');
  expect(logs.at(-1)).toHaveLength(1_000);
});

test('runs once what is recorded, over attempts, and again what failed', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const ran: string[] = [];
  const returned: unknown[] = [];
  const worker = queue.work(async (job) => {
    const once = (name: string, value: unknown) =>
      job.once(name, () => {
        ran.push(`${name} ${job.attempt}`);
        if (name === 'flaky' && job.attempt === 1) throw new Error('not yet');
        return value;
      });
    const [pay, again] = await Promise.all([once('pay', { receipt: 7 }), once('pay', 'other')]);
    returned.push(pay, again, await once('nothing', undefined));
    await once('flaky', 1);
    if (job.attempt === 2) throw new Error('crash');
  });
  const ref = await queue.add('t', 1);
  await worker.idle();
  await clock.advance(100);
  await ref.result();
  expect(ran).toEqual(['pay 1', 'nothing 1', 'flaky 1', 'flaky 2']);
  const receipt = { receipt: 7 };
  expect(returned).toEqual([receipt, receipt, undefined, receipt, receipt, undefined, receipt, receipt, undefined]);
});

test('runs again within one attempt what has rejected, and records nothing of it', async () => {
  const { queue } = opened();
  await using _ = queue;
  const outcomes: unknown[] = [];
  const worker = queue.work(async (job) => {
    let tries = 0;
    const flaky = () =>
      job.once('flaky', () => {
        tries += 1;
        if (tries === 1) throw new Error('first');
        return tries;
      });
    outcomes.push(await flaky().catch((error: Error) => error.message), await flaky(), await flaky());
  });
  await queue.add('t', 1);
  await worker.idle();
  expect(outcomes).toEqual(['first', 2, 2]);
});

test('refuses everything of a job whose lease has ended', async () => {
  const { queue } = opened();
  await using _ = queue;
  const jobs: Job[] = [];
  const worker = queue.work((job) => void jobs.push(job));
  await queue.add('t', 1);
  await worker.idle();
  const [job] = jobs as [Job];
  const lost = { code: 'XC_QUEUE_LOST_LEASE' };
  let ran = false;
  await expect(job.progress(1)).rejects.toMatchObject(lost);
  await expect(job.log('x')).rejects.toMatchObject(lost);
  await expect(job.once('a', () => (ran = true))).rejects.toMatchObject(lost);
  expect(ran).toBe(false);
});

test('rejects once whose record came too late, though its effect has happened', async () => {
  const clock = new ManualClock();
  const engine = interceptedEngine(memoryEngine({ clock }), {
    async control(kind, args, next) {
      if (kind === 'once' && (args as { value: unknown }).value !== undefined) return { state: 'lost' };
      return next();
    },
  });
  await using queue = createQueue('main', { clock, engine });
  let code: unknown;
  const worker = queue.work(async (job) => {
    await job.once('a', () => 1).catch((error) => (code = error.code));
  });
  await queue.add('t', 1);
  await worker.idle();
  expect(code).toBe('XC_QUEUE_LOST_LEASE');
});
