import { getEventListeners } from 'node:events';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';
import type { QueueEvent, QueueEvents } from './queue-events.ts';

function opened(options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const logger = new MemoryLogger();
  const engine = memoryEngine({ clock });
  const queue = createQueue('main', {
    clock,
    engine,
    logger,
    maxAttempts: 2,
    backoff: { delayMs: () => 10 },
    ...options,
  });
  return { queue, clock, logger, engine };
}

const names = ['added', 'started', 'done', 'retry', 'dead', 'cancelled', 'lost', 'paused', 'resumed'] as const;

function recording(): { readonly events: QueueEvents; readonly told: [string, QueueEvent][] } {
  const told: [string, QueueEvent][] = [];
  const events = Object.fromEntries(names.map((name) => [name, (event: QueueEvent) => void told.push([name, event])]));
  return { events, told };
}

test('tells what workers of this queue object do, with what belongs to each event', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const { events, told } = recording();
  queue.watch(events);
  const worker = queue.work((job) => {
    if (job.data === 'fails') throw new Error('no');
    return 'result';
  });
  await queue.add('t', 'works', { id: 'a' });
  await queue.add('t', 'fails', { id: 'b' });
  await queue.add('t', 'works', { id: 'a' });
  await worker.idle();
  await clock.advance(20);
  await worker.idle();
  const of = (id: string) => told.filter(([, event]) => event.id === id);
  expect(of('a').map(([name]) => name)).toEqual(['added', 'started', 'done']);
  expect(of('a').map(([, event]) => event)).toMatchObject([
    { type: 't', at: clock.now() - 20, data: 'works' },
    { attempt: 1, delivery: 1, data: 'works' },
    { result: 'result' },
  ]);
  expect(of('b').map(([name]) => name)).toEqual(['added', 'started', 'retry', 'started', 'dead']);
  expect(of('b')[2]?.[1]).toMatchObject({ error: { message: 'no' }, attempt: 1 });
  expect(of('b')[4]?.[1]).toMatchObject({ reason: 'failed', error: { message: 'no' }, attempt: 2 });
});

test('tells of jobs that this queue object cancels before they start, and counts them, whatever is kept', async () => {
  const meter = new RecordingMeter();
  const { queue, clock } = opened({ meter, keep: { done: { count: 0 } } });
  await using _ = queue;
  const { events, told } = recording();
  queue.watch(events);
  await queue.add('waits', 1, { id: 'a' });
  await queue.add('is later', 1, { id: 'b', delayMs: 60_000 });
  await queue.cancel('a', { reason: 'no need' });
  await queue.cancel('b');
  expect(await queue.cancel('a')).toBe('missing');
  expect(told.filter(([name]) => name === 'cancelled').map(([, event]) => event)).toEqual([
    { id: 'a', type: 'waits', at: clock.now(), attempt: 1, delivery: 0, reason: 'no need' },
    { id: 'b', type: 'is later', at: clock.now(), attempt: 1, delivery: 0, reason: undefined },
  ]);
  const settled = (type: string) =>
    meter.value('xc_queue_settled_total', { queue: 'main', type, outcome: 'cancelled' });
  expect([settled('waits'), settled('is later')]).toEqual([1, 1]);
});

test('hears no other queue object in the scope of the process, and all of them in the other', async () => {
  const { queue, engine, clock } = opened();
  await using _ = queue;
  await using other = createQueue('main', { clock, engine });
  const [own, all] = [recording(), recording()];
  queue.watch(own.events);
  const subscription = queue.watch(all.events, { scope: 'all' });
  await turns();
  await other.add('t', 1, { id: 'a' });
  await other.work(() => 7).idle();
  await other.pause();
  await turns();
  expect(own.told.map(([name]) => name)).toEqual(['paused']);
  expect(all.told.map(([name, { id }]) => `${name} ${id}`)).toEqual(['added a', 'started a', 'done a', 'paused ']);
  expect(all.told[2]?.[1]).toMatchObject({ result: 7 });
  await subscription.close();
  await other.resume();
  await turns();
  expect(all.told).toHaveLength(4);
});

test('tells of all processes also what only workers see: slots that were missed, handlers that are stuck', async () => {
  const { queue, engine, clock } = opened();
  await using _ = queue;
  await using other = createQueue('main', { clock, engine });
  const told: unknown[] = [];
  other.watch({ stuck: (event) => told.push(event), missed: (event) => told.push(event) }, { scope: 'all' });
  await other.counts();
  await queue.schedule('tick', { everyMs: 60_000 }, 'slot', 1, { lateAfterMs: 1, limit: 1 });
  await clock.advance(200_000);
  let end = () => {};
  const worker = queue.work(
    {
      t: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    },
    { abortGraceMs: 10 },
  );
  await queue.add('t', 1, { id: 'a', timeoutMs: 100 });
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(10);
  expect(worker.stuck).toBe(1);
  end();
  await worker.idle();
  expect(told).toEqual([
    { id: '', type: 'slot', at: expect.any(Number), schedule: 'tick', dropped: 3 },
    { id: 'a', type: 't', at: expect.any(Number), attempt: 1, delivery: 1, reason: expect.stringContaining('timeout') },
  ]);
});

test('ends with its subscription or its signal, and leaves no listener', async () => {
  const { queue } = opened();
  await using _ = queue;
  const controller = new AbortController();
  const { signal } = controller;
  let heard = 0;
  const events = { added: () => void heard++ };
  const first = queue.watch(events, { signal });
  queue.watch(events, { signal });
  await queue.add('t', 1);
  expect(heard).toBe(2);
  await first.close();
  await first.close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await queue.add('t', 1);
  expect(heard).toBe(3);
  controller.abort();
  await queue.add('t', 1);
  expect(heard).toBe(3);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(() => queue.watch(events, { signal })).toThrow();
});

test('logs a callback that throws or rejects, and goes on', async () => {
  const { queue, logger } = opened();
  await using _ = queue;
  let heard = 0;
  queue.watch({
    done: () => {
      throw new Error('broken');
    },
    started: (async () => {
      throw new Error('broken later');
    }) as () => void,
  });
  queue.watch({ done: () => void heard++ });
  const worker = queue.work(() => {});
  await queue.add('t', 1);
  await worker.idle();
  await turns();
  expect(heard).toBe(1);
  const lines = logger.find({ level: 'error', message: 'a watch callback threw' });
  expect(lines.map(({ fields }) => (fields.err as Error).message).sort()).toEqual(['broken', 'broken later']);
});

test('lets callbacks and handlers add jobs', async () => {
  const { queue } = opened();
  await using _ = queue;
  const done: string[] = [];
  queue.watch({
    done: ({ id, type }) => {
      done.push(id);
      if (type === 'first') void queue.add('third', 1, { id: 'c' });
    },
  });
  const worker = queue.work(async (job) => {
    if (job.type === 'first') await queue.add('second', 1, { id: 'b' });
  });
  await queue.add('first', 1, { id: 'a' });
  await worker.idle();
  await turns();
  await worker.idle();
  expect(done.sort()).toEqual(['a', 'b', 'c']);
});

test('tells of leases that others have lost, and of what died of it', async () => {
  const { queue, engine, clock, logger } = opened();
  await using _ = queue;
  const { events, told } = recording();
  queue.watch(events);
  const crashed = engine.open('main', { ...policy, maxLostLeases: 1 });
  await queue.add('t', 1, { id: 'a' });
  await crashed.step({
    ...{ worker: 'crashed', number: 1, leaseMs: 1_000, settles: [], progress: [], renewals: [] },
    ...{ lanes: [{ lane: 'normal', quota: 1, ahead: 0 }], want: 1, schedules: false },
  });
  const worker = queue.work(() => {});
  await worker.ready();
  await clock.advance(1_000);
  await worker.idle();
  expect(told.map(([name, { id }]) => `${name} ${id}`)).toEqual(['added a', 'lost a', 'started a', 'done a']);
  expect(logger.find({ level: 'warn', message: 'a lease ended without a report' })).toHaveLength(1);
});

const policy = {
  ...{ lanes: ['high', 'normal', 'low'], maxWaiting: undefined, keep: undefined, perKey: undefined },
  ...{ concurrency: undefined, rate: undefined },
};

test('logs at info which of the policy was replaced', async () => {
  const { queue, engine, clock, logger } = opened({ concurrency: 5 });
  await using _ = queue;
  await queue.counts();
  await using other = createQueue('main', { clock, engine, logger, concurrency: 6, rate: { max: 1, perMs: 10 } });
  await other.counts();
  await turns();
  const [line] = logger.find({ level: 'info', message: 'the policy of the queue was replaced' });
  expect(line?.fields).toMatchObject({ queue: 'main', changed: ['concurrency', 'rate'] });
});

test('refuses to watch all processes where the engine keeps no events', async () => {
  const clock = new ManualClock();
  const engine = interceptedEngine(memoryEngine({ clock }), { keepsEvents: false });
  await using queue = createQueue('main', { clock, engine });
  const refused = { code: 'XC_QUEUE_UNSUPPORTED', details: { feature: 'events' } };
  expect(() => queue.watch({}, { scope: 'all' })).toThrow(expect.objectContaining(refused));
  expect(() => queue.watch({})).not.toThrow();
});
