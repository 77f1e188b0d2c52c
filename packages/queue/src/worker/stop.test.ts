import { getEventListeners } from 'node:events';
import { XcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';

const items = (count: number) => Array.from({ length: count }, (_, data) => ({ type: 't', data }));

function opened() {
  const clock = new ManualClock(1_700_000_000_000);
  const engine = memoryEngine({ clock });
  return { queue: createQueue('main', { clock, engine }), clock, engine };
}

test('hands back what has not started, to the front and in order, with nothing burnt, and waits for the rest', async () => {
  const { clock, engine } = opened();
  const queue = createQueue('main', { clock, engine, lanes: { only: 1 } });
  await queue.addMany(items(10));
  const ends: (() => void)[] = [];
  const worker = queue.work(() => new Promise<void>((resolve) => ends.push(resolve)), { concurrency: 3, prefetch: 4 });
  await turns();
  expect((await queue.counts()).active).toBe(7);
  const stopping = worker.stop();
  expect(worker.stop({ graceMs: 1 })).toBe(stopping);
  await turns();
  const { jobs } = await queue.list({ state: 'waiting' });
  expect(jobs.map(({ data }) => data)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(jobs.every(({ attempt, lostLeases }) => attempt === 1 && lostLeases === 0)).toBe(true);
  await clock.advance(1_000);
  for (const end of ends) end();
  await expect(stopping).resolves.toEqual({ finished: 3, handedBack: 4, abandoned: 0 });
  await expect(queue.counts()).resolves.toMatchObject({ done: 3, waiting: 7, active: 0 });
  await queue.close();
  expect(clock.pending).toBe(0);
});

test('aborts signals at the grace, releases who rejects then, finishes who returns, abandons the rest', async () => {
  const { queue, clock } = opened();
  const aborted: [string, number, string][] = [];
  const worker = queue.work(
    (job) =>
      new Promise((resolve, reject) => {
        job.signal.addEventListener('abort', () => {
          aborted.push([job.id, clock.monotonic(), job.signal.reason.code]);
          if (job.id === 'rejects') reject(job.signal.reason);
          if (job.id === 'returns') resolve('all right');
        });
      }),
    { graceMs: 1_000, abortGraceMs: 500 },
  );
  for (const id of ['rejects', 'returns', 'ignores']) await queue.add('t', 1, { id });
  await turns();
  const stopping = worker.stop();
  await clock.advance(999);
  expect(aborted).toEqual([]);
  await clock.advance(1);
  expect(aborted).toEqual(['rejects', 'returns', 'ignores'].map((id) => [id, 1_000, 'XC_QUEUE_CLOSED']));
  await clock.advance(500);
  await expect(stopping).resolves.toEqual({ finished: 1, handedBack: 1, abandoned: 1 });
  await expect(queue.inspect('rejects')).resolves.toMatchObject({ state: 'waiting', attempt: 1, lostLeases: 0 });
  await expect(queue.inspect('returns')).resolves.toMatchObject({ state: 'done', result: 'all right' });
  await expect(queue.inspect('ignores')).resolves.toMatchObject({ state: 'active' });
  await clock.advance(15_000);
  await expect(queue.inspect('ignores')).resolves.toMatchObject({ state: 'waiting', lostLeases: 1 });
  await queue.close();
});

test('takes no job that comes while it stops', async () => {
  const clock = new ManualClock();
  let hold: Promise<void> | undefined;
  let letGo = () => {};
  const engine = interceptedEngine(memoryEngine({ clock }), {
    async step(_, next) {
      const reply = await next();
      if (reply.jobs.length > 0) await hold;
      return reply;
    },
  });
  const queue = createQueue('main', { clock, engine });
  let calls = 0;
  const worker = queue.work(() => void calls++);
  hold = new Promise((resolve) => (letGo = resolve));
  await queue.add('t', 1);
  await turns();
  const stopping = worker.stop();
  letGo();
  await expect(stopping).resolves.toEqual({ finished: 0, handedBack: 1, abandoned: 0 });
  expect(calls).toBe(0);
  expect((await queue.counts()).waiting).toBe(1);
  await queue.close();
});

test('stops within its time though the engine does not answer', async () => {
  const clock = new ManualClock();
  let away = false;
  const engine = interceptedEngine(memoryEngine({ clock }), {
    step: (_, next) =>
      away ? Promise.reject(new XcError('XC_QUEUE_UNAVAILABLE', 'away', { retryable: true })) : next(),
    control: (_kind, _args, next) => (away ? new Promise(() => {}) : next()),
  });
  const queue = createQueue('main', { clock, engine });
  const worker = queue.work(() => new Promise(() => {}), { graceMs: 100, abortGraceMs: 100 });
  await queue.add('t', 1);
  await turns();
  away = true;
  const stopping = worker.stop();
  await clock.advance(3_000);
  await expect(stopping).resolves.toMatchObject({ abandoned: 1 });
  await queue.close();
  expect(clock.pending).toBe(0);
});

test('pauses and resumes this worker only, and gives back what it has not started', async () => {
  const { queue } = opened();
  await using _ = queue;
  const worker = queue.work(() => {});
  await worker.ready();
  worker.pause();
  await queue.addMany(items(3));
  await worker.idle();
  expect((await queue.counts()).waiting).toBe(3);
  worker.resume();
  await worker.idle();
  expect((await queue.counts()).done).toBe(3);
});

test('leases nothing after the queue was paused, by whatever worker, and goes on when it is resumed', async () => {
  const { queue, engine, clock } = opened();
  const other = createQueue('main', { clock, engine });
  let ends: (() => void)[] = [];
  const hold = () => new Promise<void>((resolve) => ends.push(resolve));
  const workers = [queue.work(hold, { concurrency: 2, prefetch: 5 }), other.work(hold, { concurrency: 2 })];
  await queue.addMany(items(20));
  await turns();
  const events: string[] = [];
  queue.watch({ paused: () => events.push('paused'), resumed: () => events.push('resumed') });
  await other.pause();
  await turns();
  expect(await queue.counts()).toMatchObject({ active: 4, waiting: 16, paused: true });
  for (const end of ends.splice(0)) end();
  await turns();
  expect(await queue.counts()).toMatchObject({ active: 0, done: 4, waiting: 16 });
  await other.resume();
  for (let round = 0; round < 20; round++) {
    await turns();
    for (const end of ends.splice(0)) end();
  }
  await Promise.all(workers.map((worker) => worker.idle()));
  expect(await queue.counts()).toMatchObject({ done: 20, paused: false });
  expect(events).toEqual(['paused', 'resumed']);
  ends = [];
  await Promise.all([queue.close(), other.close()]);
});

test('starts as many handlers as it was last told', async () => {
  const { queue } = opened();
  const ends: (() => void)[] = [];
  const worker = queue.work(() => new Promise<void>((resolve) => ends.push(resolve)), { concurrency: 1, prefetch: 0 });
  await queue.addMany(items(20));
  await turns();
  expect(worker.running).toBe(1);
  worker.setConcurrency(4);
  await turns();
  expect(worker.running).toBe(4);
  worker.setConcurrency(2);
  for (const end of ends.splice(0)) end();
  await turns();
  expect(worker.running).toBe(2);
  expect(() => worker.setConcurrency(0)).toThrow(RangeError);
  for (let round = 0; round < 20; round++) {
    for (const end of ends.splice(0)) end();
    await turns();
  }
  await queue.close();
  expect((await createQueueOf(queue)).running).toBe(0);
});

/** The worker of a closed queue runs nothing. */
async function createQueueOf(queue: { probe(): { check(signal: AbortSignal): Promise<{ details?: object }> } }) {
  const { details } = await queue.probe().check(new AbortController().signal);
  return details as { running: number };
}

test('leaves no timer and no listener behind when it is closed', async () => {
  const { queue, clock } = opened();
  const { signal } = new AbortController();
  const worker = queue.work(() => {});
  queue.watch({ done: () => {} }, { signal });
  const refs = await Promise.all([1, 2, 3].map((data) => queue.add('t', data, { signal, timeoutMs: 1_000 })));
  await Promise.all(refs.map((ref) => ref.result({ signal, timeoutMs: 60_000 })));
  await queue.add('t', 4, { delayMs: 10_000 });
  await worker.idle();
  const waiting = queue.ref('~4').result({ signal, timeoutMs: 60_000 });
  waiting.catch(() => {});
  await turns();
  await queue.close();
  await expect(waiting).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
  expect(clock.pending).toBe(0);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('tells who waits for a worker that was stopped', async () => {
  const clock = new ManualClock();
  const engine = interceptedEngine(memoryEngine({ clock }), { step: () => new Promise(() => {}) });
  const queue = createQueue('main', { clock, engine });
  const worker = queue.work(() => {});
  const ready = worker.ready();
  const idle = worker.idle();
  ready.catch(() => {});
  const stopping = worker.stop();
  await clock.advance(10_000);
  await stopping;
  await expect(ready).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
  await expect(idle).resolves.toBeUndefined();
  await queue.close();
});

test('tells who waits for its readiness of what will not get better, such as other lanes', async () => {
  const { queue, engine, clock } = opened();
  await queue.add('t', 1);
  const other = createQueue('main', { engine, clock, lanes: ['a', 'b'] });
  await expect(other.work(() => {}).ready()).rejects.toMatchObject({ code: 'XC_QUEUE_CONFIG_MISMATCH' });
  await Promise.all([other.close(), clock.advance(10_000)]);
  await queue.close();
});

test('leaves nothing behind that is never taken up: whoever was idle all the time knows when the lease ends', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const starts: string[] = [];
  const workers = ['one', 'two'].map((name) =>
    queue.work(
      () => {
        starts.push(name);
        return new Promise(() => {});
      },
      { concurrency: 1, graceMs: 0, abortGraceMs: 0 },
    ),
  );
  await turns();
  await queue.add('t', 1);
  await turns();
  expect(starts).toHaveLength(1);
  const stopping = workers[starts[0] === 'one' ? 0 : 1]?.stop();
  await clock.advance(10);
  await expect(stopping).resolves.toMatchObject({ abandoned: 1 });
  await clock.advance(16_000);
  expect([...starts].sort()).toEqual(['one', 'two']);
});
