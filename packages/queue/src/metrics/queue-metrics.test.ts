import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import { TypeLabels } from './type-labels.ts';

const queueName = { queue: 'main' };

function opened() {
  const clock = new ManualClock(1_700_000_000_000);
  const engine = memoryEngine({ clock });
  const meter = new RecordingMeter();
  const options = { clock, engine, meter, maxAttempts: 2, backoff: { delayMs: () => 0 } };
  return { queue: createQueue('main', options), clock, engine, meter };
}

test('counts starts and ends by type and outcome, and measures how long jobs wait and run', async () => {
  const { queue, clock, meter } = opened();
  await using _ = queue;
  const worker = queue.work(async (job) => {
    await clock.sleep(2_000);
    if (job.data === 'bad') throw new Error('no');
  });
  worker.pause();
  await queue.add('good', 1);
  await queue.add('bad', 'bad', { lane: 'low' });
  await clock.advance(3_000);
  worker.resume();
  for (let round = 0; round < 5; round++) await clock.advance(1_000);
  await worker.idle();
  const settled = (type: string, outcome: string) =>
    meter.value('xc_queue_settled_total', { ...queueName, type, outcome });
  expect(settled('good', 'done')).toBe(1);
  expect([settled('bad', 'retry'), settled('bad', 'dead')]).toEqual([1, 1]);
  expect(meter.value('xc_queue_started_total', { ...queueName, type: 'bad' })).toBe(2);
  expect(meter.observations('xc_queue_wait_seconds', { ...queueName, lane: 'normal' })).toEqual([3]);
  expect(meter.observations('xc_queue_run_seconds', { ...queueName, type: 'good' })).toEqual([2]);
  expect(meter.observations('xc_queue_step_seconds', queueName).length).toBeGreaterThan(2);
  expect(Math.max(...meter.observations('xc_queue_step_jobs', queueName))).toBe(2);
  expect(meter.value('xc_queue_running', queueName)).toBe(0);
});

test('counts jobs that flows, schedules and ends of other jobs add, as those that callers add', async () => {
  const { queue, clock, meter } = opened();
  await using _ = queue;
  const added = (type: string, outcome = 'added') =>
    meter.value('xc_queue_added_total', { ...queueName, type, outcome });
  const flow = [
    { name: 'a', type: 'node', data: 1 },
    { name: 'b', type: 'node', data: 1, after: ['a'] },
  ];
  await queue.flow(flow, { id: 'f' });
  await queue.flow(flow, { id: 'f' });
  expect([added('node'), added('node', 'exists')]).toEqual([2, 2]);
  const worker = queue.work({ node: () => {}, slot: () => {}, held: () => clock.sleep(100) });
  await queue.schedule('often', { everyMs: 10 }, 'slot', 1, { limit: 3 });
  await queue.add('held', 1, { unique: { key: 'one', mode: 'latest' } });
  await turns();
  await queue.add('held', 2, { unique: { key: 'one', mode: 'latest' } });
  await clock.advance(500);
  await worker.idle();
  expect([added('slot'), added('held'), added('held', 'duplicate')]).toEqual([3, 2, 1]);
  expect((await queue.counts()).totals.added).toBe(7);
});

test('counts the nodes of a flow that a full queue refuses', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  await using queue = createQueue('main', { clock, engine: memoryEngine({ clock }), meter, maxWaiting: 1 });
  const nodes = ['a', 'b'].map((name) => ({ name, type: 'node', data: 1 }));
  await expect(queue.flow(nodes)).rejects.toMatchObject({ code: 'XC_QUEUE_FULL' });
  expect(meter.value('xc_queue_added_total', { ...queueName, type: 'node', outcome: 'full' })).toBe(2);
});

test('measures how late delayed jobs start', async () => {
  const { queue, clock, meter } = opened();
  await using _ = queue;
  await queue.add('t', 1, { delayMs: 1_000 });
  await clock.advance(1_500);
  await queue.work(() => {}).idle();
  expect(meter.observations('xc_queue_late_seconds', queueName)).toEqual([0.5]);
});

test('shows handlers that run and that are stuck', async () => {
  const { queue, clock, meter } = opened();
  const worker = queue.work(() => new Promise(() => {}), { abortGraceMs: 10 });
  await queue.add('t', 1, { timeoutMs: 100 });
  await queue.add('t', 1);
  await turns();
  expect(meter.value('xc_queue_running', queueName)).toBe(2);
  await clock.advance(110);
  expect([meter.value('xc_queue_stuck', queueName), worker.stuck]).toEqual([1, 1]);
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(5_000)]);
});

test('refreshes the gauges of the whole queue every 5 s, in one process of all', async () => {
  const { queue, clock, engine, meter } = opened();
  await using _ = queue;
  const otherMeter = new RecordingMeter();
  await using other = createQueue('main', { clock, engine, meter: otherMeter });
  await queue.add('t', 1);
  await queue.add('t', 1, { delayMs: 60_000 });
  await other.counts();
  const of = (state: string) => [meter, otherMeter].map((each) => each.value('xc_queue_jobs', { ...queueName, state }));
  await clock.advance(5_000);
  expect(of('waiting')).toEqual([1, undefined]);
  expect(of('delayed')).toEqual([1, undefined]);
  const oldest = { ...queueName, lane: 'normal' };
  expect(meter.value('xc_queue_oldest_waiting_seconds', oldest)).toBe(5);
  await queue.work(() => {}).idle();
  await clock.advance(5_000);
  expect(of('waiting')).toEqual([0, undefined]);
  expect(of('done')).toEqual([1, undefined]);
  expect(meter.value('xc_queue_oldest_waiting_seconds', oldest)).toBe(0);
});

test('counts jobs that die before they start', async () => {
  const { queue, clock, meter } = opened();
  await using _ = queue;
  await queue.add('t', 1, { expiresInMs: 100 });
  await clock.advance(200);
  await queue.work(() => {}).idle();
  expect(meter.value('xc_queue_settled_total', { ...queueName, type: 't', outcome: 'dead' })).toBe(1);
});

test('shows how long jobs wait behind one of their key that does not end', async () => {
  const { queue, clock, meter } = opened();
  await using _ = queue;
  queue.work(() => new Promise(() => {}));
  for (let turn = 0; turn < 3; turn += 1) await queue.add('t', turn, { key: 'stuck' });
  await clock.advance(10_000);
  expect(meter.value('xc_queue_oldest_waiting_seconds', { ...queueName, lane: 'normal' })).toBe(10);
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(10_000)]);
});

test('calls types above 200 other, and never makes a label of an id or a key', async () => {
  const labels = new TypeLabels();
  const shown = Array.from({ length: 250 }, (_, index) => labels.of(`type ${index}`));
  expect(shown.filter((label) => label === 'other')).toHaveLength(50);
  expect(labels.of('type 7')).toBe('type 7');
  const { queue, meter } = opened();
  await using _ = queue;
  await queue.add('t', 1, { id: 'secret-id', key: 'secret-key', unique: { key: 'secret-unique' } });
  await queue.work(() => {}).idle();
  const labelsOfAll = meter.specs.flatMap(({ name }) => meter.series(name).map((series) => JSON.stringify(series)));
  expect(labelsOfAll.filter((text) => text.includes('secret'))).toEqual([]);
  expect(meter.specs.map(({ name }) => name).sort()).toEqual([
    'xc_queue_added_total',
    'xc_queue_jobs',
    'xc_queue_late_seconds',
    'xc_queue_lost_leases_total',
    'xc_queue_oldest_waiting_seconds',
    'xc_queue_redis_errors_total',
    'xc_queue_redriven_total',
    'xc_queue_run_seconds',
    'xc_queue_running',
    'xc_queue_schedule_missed_total',
    'xc_queue_settled_total',
    'xc_queue_started_total',
    'xc_queue_step_jobs',
    'xc_queue_step_seconds',
    'xc_queue_stuck',
    'xc_queue_unique_total',
    'xc_queue_wait_seconds',
  ]);
});

test('lets a meter that throws decide nothing, and says so once', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const logger = new MemoryLogger();
  const broken = () => {
    throw new Error('no room for another series');
  };
  const cell = { inc: broken, set: broken, add: broken, record: broken };
  for (const at of [() => cell, broken]) {
    const instrument = { at: at as never };
    const meter = { counter: () => instrument, gauge: () => instrument, histogram: () => instrument };
    const engine = memoryEngine({ clock });
    const queue = createQueue('main', { clock, engine, meter, logger, maxAttempts: 2, backoff: { delayMs: () => 0 } });
    await using _ = queue;
    const ran: unknown[] = [];
    const worker = queue.work(({ data, attempt }) => {
      ran.push(data);
      if (data === 'bad' && attempt === 1) throw new Error('no');
    });
    expect(await queue.add('t', 'good')).toMatchObject({ outcome: 'added' });
    expect(await queue.add('t', 'bad', { unique: { key: 'u' } })).toMatchObject({ outcome: 'added' });
    await clock.advance(6_000);
    await worker.idle();
    expect(ran).toEqual(['good', 'bad', 'bad']);
    await queue.close();
  }
  expect(logger.find({ level: 'warn', message: /the meter throws/ })).toHaveLength(2);
});

test('refuses a meter that cannot declare what it measures', () => {
  const counter = () => {
    throw new RangeError('declared with other labels before');
  };
  const meter = { ...new RecordingMeter(), counter, gauge: counter, histogram: counter };
  expect(() => createQueue('main', { meter })).toThrow('declared with other labels before');
});
