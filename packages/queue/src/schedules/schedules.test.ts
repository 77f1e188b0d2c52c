import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import type { MissedEvent } from '../events/queue-events.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';

const midnight = Date.UTC(2026, 0, 1);
const minute = 60_000;
const hour = 60 * minute;

function opened(options: QueueOptions = {}) {
  const clock = new ManualClock(midnight);
  const engine = memoryEngine({ clock });
  const meter = new RecordingMeter();
  const queue = createQueue('main', { clock, engine, meter, keep: { done: { count: 10_000 } }, ...options });
  return { queue, clock, engine, meter };
}

/** Lets time pass in steps, so that whoever sleeps wakes on the way. */
async function pass(clock: ManualClock, ms: number, step: number) {
  for (let passed = 0; passed < ms; passed += step) {
    await clock.advance(step);
    await turns(2);
  }
}

test('makes a job of every slot, at its time, with the slot in it', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const made: [string, number, number | undefined, unknown][] = [];
  queue.work((job) => void made.push([job.id, clock.now(), job.scheduledFor, job.data]));
  const view = await queue.schedule('report', { cron: '*/15 * * * *' }, 'report', { for: 'ada' }, { lane: 'low' });
  expect(view).toMatchObject({
    ...{ name: 'report', when: { cron: '*/15 * * * *' }, type: 'report', data: { for: 'ada' } },
    ...{ revision: expect.any(Number), next: midnight + 15 * minute, last: undefined, made: 0 },
  });
  await pass(clock, hour, minute);
  const slots = [15, 30, 45, 60].map((each) => midnight + each * minute);
  expect(made).toEqual(slots.map((slot) => [`~s:report:${slot}`, slot, slot, { for: 'ada' }]));
  const [after] = await queue.schedules();
  expect(after).toMatchObject({ last: slots[3], next: midnight + 75 * minute, made: 4, options: { lane: 'low' } });
});

test('makes one job of a slot however many workers look', async () => {
  const { clock, engine } = opened();
  const queues = Array.from({ length: 8 }, () => createQueue('main', { clock, engine }));
  const ids: string[] = [];
  for (const queue of queues) queue.work((job) => void ids.push(job.id));
  const [queue] = queues as [(typeof queues)[0]];
  await queue.schedule('tick', { everyMs: 100 }, 't', 1);
  const slots = process.env.XC_LONG === '1' ? 1_000 : 200;
  await pass(clock, slots * 100, 100);
  expect(ids).toHaveLength(slots);
  expect(new Set(ids).size).toBe(slots);
  await Promise.all(queues.map((each) => each.close()));
});

test('turns slots into jobs while all handlers are busy', async () => {
  const { queue, clock } = opened();
  queue.work(() => new Promise(() => {}), { concurrency: 1, graceMs: 0, abortGraceMs: 0 });
  await queue.add('t', 1);
  await queue.schedule('tick', { everyMs: 1_000 }, 't', 1);
  await pass(clock, 3_000, 100);
  expect((await queue.counts()).waiting).toBe(3);
  await Promise.all([queue.close(), clock.advance(5_000)]);
});

test('makes none, one or n jobs of what was missed while nobody was there, oldest first', async () => {
  for (const [missed, expected, dropped] of [
    ['skip', [], 5],
    ['once', [5], 4],
    [{ all: 3 }, [3, 4, 5], 2],
    [{ all: 9 }, [1, 2, 3, 4, 5], 0],
  ] as const) {
    const { queue, clock, meter } = opened();
    await using _ = queue;
    const events: MissedEvent[] = [];
    queue.watch({ missed: (event) => events.push(event) });
    await queue.schedule('hourly', { everyMs: hour, anchorMs: midnight }, 't', 1, { missed });
    await clock.advance(5.5 * hour);
    const slots: number[] = [];
    queue.work((job) => void slots.push(((job.scheduledFor ?? 0) - midnight) / hour), { concurrency: 1, prefetch: 0 });
    await turns();
    await pass(clock, hour, 10 * minute);
    expect(slots).toEqual([...expected, 6]);
    const told = dropped === 0 ? [] : [{ schedule: 'hourly', type: 't', dropped }];
    expect(events).toMatchObject(told);
    const count = meter.value('xc_queue_schedule_missed_total', { queue: 'main', schedule: 'hourly' });
    expect(count ?? 0).toBe(dropped);
  }
});

test('makes no job while the last run has not settled, where that is asked for', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const ends: (() => void)[] = [];
  queue.work(() => new Promise<void>((resolve) => ends.push(resolve)));
  await queue.schedule('slow', { everyMs: 1_000 }, 't', 1, { ifRunning: 'skip' });
  await pass(clock, 3_500, 100);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await pass(clock, 1_000, 100);
  expect(ends).toHaveLength(2);
  for (const end of ends) end();
  await turns();
});

test('counts jobs, not slots, where slots pass while a run has not settled', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const started: number[] = [];
  const ends: (() => void)[] = [];
  await queue.schedule('slow', { everyMs: 1_000 }, 't', 1, { ifRunning: 'skip', limit: 2 });
  // Three slots are due when somebody comes: behind the first of them the others find a run that has not settled.
  await clock.advance(3_500);
  queue.work((job) => {
    started.push((job.scheduledFor ?? 0) - midnight);
    return new Promise<void>((resolve) => ends.push(resolve));
  });
  await pass(clock, 2_000, 100);
  expect(started).toEqual([1_000]);
  ends[0]?.();
  await pass(clock, 1_000, 100);
  expect(started).toEqual([1_000, 6_000]);
  ends[1]?.();
  await pass(clock, 2_000, 100);
  expect(started).toHaveLength(2);
  await expect(queue.schedules()).resolves.toMatchObject([{ made: 2, next: undefined }]);
});

test('keeps to its start, its end and its limit', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const slots: Record<string, number[]> = { bounded: [], limited: [] };
  queue.work((job) => void slots[job.type]?.push((job.scheduledFor ?? 0) - midnight));
  const bounds = { startAt: midnight + 2_000, endAt: midnight + 5_000 };
  await queue.schedule('bounded', { everyMs: 1_000 }, 'bounded', 1, bounds);
  await queue.schedule('limited', { everyMs: 1_000 }, 'limited', 1, { limit: 2 });
  await pass(clock, 8_000, 100);
  expect(slots).toEqual({ bounded: [2_000, 3_000, 4_000, 5_000], limited: [1_000, 2_000] });
  const views = await queue.schedules();
  expect(views.map(({ next }) => next)).toEqual([undefined, undefined]);
});

test('spreads jobs by their jitter, the same for everybody, and keeps the slot', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const made: [number, number][] = [];
  queue.work((job) => void made.push([job.scheduledFor ?? 0, clock.now() - (job.scheduledFor ?? 0)]));
  await queue.schedule('spread', { everyMs: minute }, 't', 1, { jitterMs: 30_000 });
  await pass(clock, 10 * minute, 500);
  expect(made.length).toBeGreaterThanOrEqual(9);
  expect(made.every(([slot]) => slot % minute === 0)).toBe(true);
  expect(made.every(([, late]) => late >= 0 && late <= 30_500)).toBe(true);
  expect(new Set(made.map(([, late]) => late)).size).toBeGreaterThan(3);
});

test('replaces a schedule of the same name from the next slot after now, and leaves jobs alone', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const seen: [string, unknown][] = [];
  const worker = queue.work((job) => void seen.push([job.id, job.data]));
  const first = await queue.schedule('s', { everyMs: 1_000 }, 't', 'old');
  await pass(clock, 1_500, 100);
  const second = await queue.schedule('s', { everyMs: 400 }, 't', 'new');
  expect(second.revision).toBeGreaterThan(first.revision);
  expect(second.next).toBe(midnight + 1_600);
  await pass(clock, 500, 100);
  expect(seen.map(([, data]) => data)).toEqual(['old', 'new', 'new']);
  await expect(queue.unschedule('s')).resolves.toBe(true);
  await expect(queue.unschedule('s')).resolves.toBe(false);
  await pass(clock, 2_000, 100);
  expect(seen).toHaveLength(3);
  await worker.idle();
});

test('leaves slots alone where a worker is not to look after schedules', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  let made = 0;
  queue.work(() => void made++, { schedules: false });
  await queue.schedule('s', { everyMs: 1_000 }, 't', 1);
  await pass(clock, 5_000, 500);
  expect(made).toBe(0);
});

test('gives the jobs of a schedule its options', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const options = { key: 'k', maxAttempts: 2, backoff: { kind: 'constant', ms: 5 } as const, expiresInMs: 100 };
  await queue.schedule('s', { everyMs: 1_000 }, 't', 1, { ...options, limit: 1 });
  const attempts: [number, string | undefined][] = [];
  queue.work((job) => {
    attempts.push([job.attempt, job.key]);
    throw new Error('no');
  });
  await pass(clock, 1_500, 5);
  expect(attempts).toEqual([
    [1, 'k'],
    [2, 'k'],
  ]);
});

test('lets jobs of a schedule be looked up however long its name is', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const name = 'x'.repeat(200);
  await queue.schedule(name, { everyMs: 1_000 }, 't', 1, { limit: 1 });
  const worker = queue.work(() => 7);
  await pass(clock, 1_000, 100);
  await worker.idle();
  const id = `~s:${name}:${midnight + 1_000}`;
  await expect(queue.inspect(id)).resolves.toMatchObject({ id, state: 'done' });
  await expect(queue.ref(id).result()).resolves.toBe(7);
});

test('holds slots back while the queue is full, says so once, and makes up for them when there is room', async () => {
  const logger = new MemoryLogger();
  const { queue, clock } = opened({ maxWaiting: 2, logger });
  await using _ = queue;
  await queue.pause();
  await queue.addMany([1, 2].map((data) => ({ type: 'other', data })));
  const ran: unknown[] = [];
  queue.work((job) => void ran.push(job.scheduledFor));
  await queue.schedule('tick', { everyMs: minute }, 't', 1, { missed: { all: 10 } });
  await pass(clock, 5 * minute, 1_000);
  expect((await queue.counts()).waiting).toBe(2);
  const told = logger.lines.filter(({ message }) => message === 'the queue is full: slots are held back');
  expect(told.map(({ fields }) => fields)).toEqual([
    { queue: 'main', schedule: 'tick', slot: midnight + minute, held: 1 },
  ]);
  await queue.resume();
  await pass(clock, 5_000, 500);
  expect(ran.filter((slot) => slot !== undefined)).toEqual([1, 2, 3, 4, 5].map((n) => midnight + n * minute));
});
