import { getEventListeners } from 'node:events';
import { XcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type Intercepts, interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { QueueEngine } from '../engine/queue-engine.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';

function opened(options: QueueOptions = {}, intercepts: Intercepts = {}) {
  const clock = new ManualClock();
  const reads: string[] = [];
  const engine = interceptedEngine(memoryEngine({ clock }), {
    read(kind, args, next) {
      reads.push(kind);
      return intercepts.read?.(kind, args, next) ?? next();
    },
  });
  return { queue: createQueue('main', { clock, engine, maxAttempts: 1, ...options }), clock, reads };
}

test('waits with one read and is told by push, for jobs that settle before and after', async () => {
  const { queue, reads, clock } = opened();
  await using _ = queue;
  const refs = await Promise.all([1, 2, 3].map((data) => queue.add('t', data, { delayMs: data * 1_000 })));
  const results = Promise.all(refs.map((ref) => ref.result()));
  await turns();
  const worker = queue.work((job) => job.data * 2);
  await clock.advance(10_000);
  await worker.idle();
  await expect(results).resolves.toEqual([2, 4, 6]);
  expect(reads).toEqual(['results']);
  await expect(queue.ref(refs[0]?.id ?? '').result()).resolves.toBe(2);
  expect(queue.ref('~1').outcome).toBe('known');
});

test('rejects for a job that is dead, cancelled, removed, unknown or not kept', async () => {
  const { queue } = opened({ keep: { done: { count: 0 } } });
  await using _ = queue;
  const worker = queue.work((job) => {
    if (job.data === 'bad') throw new RangeError('bad data');
    return 7;
  });
  worker.pause();
  const dead = await queue.add('t', 'bad');
  const kept = await queue.add('t', 'good');
  const waiting = kept.result();
  const cancelled = await queue.add('t', 'no', { delayMs: 1_000 });
  const removed = await queue.add('t', 'no', { delayMs: 1_000 });
  const watched = [cancelled.result(), removed.result()];
  for (const each of watched) each.catch(() => {});
  await turns();
  await queue.cancel(cancelled.id, { reason: 'enough' });
  await queue.remove(removed.id);
  worker.resume();
  await worker.idle();
  await expect(dead.result()).rejects.toMatchObject({
    code: 'XC_QUEUE_DEAD',
    details: { id: dead.id, reason: 'failed' },
    cause: { name: 'RangeError', message: 'bad data' },
  });
  await expect(watched[0]).rejects.toMatchObject({ code: 'XC_QUEUE_CANCELLED', details: { reason: 'enough' } });
  await expect(watched[1]).rejects.toMatchObject({ code: 'XC_QUEUE_GONE' });
  await expect(queue.ref('never').result()).rejects.toMatchObject({ code: 'XC_QUEUE_GONE', details: { id: 'never' } });
  await expect(waiting).resolves.toBe(7);
  await expect(kept.result()).rejects.toMatchObject({ code: 'XC_QUEUE_GONE' });
});

test('gives up in time or when the signal aborts, and leaves neither listener nor timer', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const ref = await queue.add('t', 1, { delayMs: 60_000 });
  const controller = new AbortController();
  const { signal } = controller;
  const late = ref.result({ timeoutMs: 500, signal });
  const aborted = ref.result({ signal });
  for (const each of [late, aborted]) each.catch(() => {});
  await clock.advance(500);
  await expect(late).rejects.toMatchObject({
    code: 'XC_QUEUE_RESULT_TIMEOUT',
    details: { id: ref.id, timeoutMs: 500 },
  });
  controller.abort(new Error('bored'));
  await expect(aborted).rejects.toThrow('bored');
  await expect(ref.result({ signal })).rejects.toThrow('bored');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(clock.pending).toBe(0);
});

test('reads again after a gap, until that has worked', async () => {
  const clock = new ManualClock();
  const memory = memoryEngine({ clock });
  let sink: EngineSink | undefined;
  let away = 2;
  const deaf: QueueEngine = {
    name: 'deaf',
    open(name, policy) {
      const queue = memory.open(name, policy);
      const read: typeof queue.read = (kind, args, call) => {
        if (sink !== undefined && heard && away-- > 0) {
          return Promise.reject(new XcError('XC_QUEUE_UNAVAILABLE', 'away', { retryable: true }));
        }
        return queue.read(kind, args, call);
      };
      return Object.assign(Object.create(queue), {
        read,
        ...{ add: queue.add.bind(queue), step: queue.step.bind(queue), control: queue.control.bind(queue) },
        onWake: (given: EngineSink) => (sink = given),
        close: () => queue.close(),
      });
    },
  };
  let heard = false;
  await using queue = createQueue('main', { clock, engine: deaf });
  await using other = createQueue('main', { clock, engine: memory });
  const ref = await queue.add('t', 1);
  const result = ref.result();
  await turns();
  await other.work(() => 'done').idle();
  heard = true;
  sink?.gap();
  await clock.advance(5_000);
  await expect(result).resolves.toBe('done');
  expect(away).toBe(-1);
});

test('passes on that the engine could not be asked', async () => {
  const refusal = new XcError('XC_QUEUE_UNAVAILABLE', 'away', { retryable: true });
  const { queue } = opened({}, { read: () => Promise.reject(refusal) });
  await using _ = queue;
  await expect(queue.ref('a').result()).rejects.toBe(refusal);
});

test('tells one outcome of a cancel that races the end of its job, everywhere the same', async () => {
  const { queue } = opened({ keep: { done: { count: 100_000 } } });
  await using _ = queue;
  const rounds = process.env.XC_LONG === '1' ? 10_000 : 2_000;
  const worker = queue.work(async (job) => {
    for (let turn = 0; turn < job.data % 7; turn++) await undefined;
    if (job.data % 2 === 0) throw new Error('no');
    return job.data;
  });
  const told = new Map<string, number>();
  for (let from = 0; from < rounds; from += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const ref = await queue.add('t', from + index);
        for (let turn = 0; turn < index % 11; turn++) await undefined;
        const [cancel, result] = await Promise.allSettled([queue.cancel(ref.id), ref.result()]);
        const state = (await queue.inspect(ref.id))?.state;
        const end = result.status === 'fulfilled' ? 'done' : (result.reason as XcError).code;
        const expected = { done: 'done', XC_QUEUE_DEAD: 'dead', XC_QUEUE_CANCELLED: 'cancelled' }[end];
        expect(state).toBe(expected);
        const answer = cancel.status === 'fulfilled' ? cancel.value : 'failed';
        if (answer === 'cancelled') expect(state).toBe('cancelled');
        if (answer === 'settled') expect(state).not.toBe('cancelled');
        if (answer === 'requested') expect(state).not.toBe('dead');
        told.set(`${answer} ${state}`, (told.get(`${answer} ${state}`) ?? 0) + 1);
      }),
    );
  }
  await worker.idle();
  expect([...told.values()].reduce((sum, count) => sum + count)).toBe(rounds);
  expect(told.size).toBeGreaterThanOrEqual(2);
});

test.each(['cancel', 'remove'] as const)(
  'hears of a %s in the tick in which it was asked, though nothing is kept',
  async (how) => {
    const { queue } = opened({ keep: { done: { count: 0 } } });
    await using _ = queue;
    await queue.pause();
    const job = await queue.add('t', 1);
    const result = job.result();
    const flow = await queue.flow([
      { name: 'a', type: 't', data: 1 },
      { name: 'b', type: 't', data: 1, after: ['a'] },
    ]);
    const ends = flow.result();
    await Promise.all([queue[how](job.id), queue[how](flow.jobs.a?.id as string)]);
    await expect(result).rejects.toMatchObject({ code: how === 'cancel' ? 'XC_QUEUE_CANCELLED' : 'XC_QUEUE_GONE' });
    expect(await ends).toEqual({ a: { state: 'cancelled' }, b: { state: 'dead' } });
  },
);

test('a cancel that waits for those who asked before it ends with its signal', async () => {
  const { queue } = opened();
  await using _ = queue;
  const job = await queue.add('t', 1);
  void job.result().catch(() => {});
  const controller = new AbortController();
  const cancelling = queue.cancel(job.id, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(cancelling).rejects.toThrow('enough');
  expect(await queue.inspect(job.id)).toMatchObject({ state: 'waiting' });
});
