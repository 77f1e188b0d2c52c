import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import type { Job } from '../job/job.ts';
import { createQueue } from '../queue/create-queue.ts';
import { discard } from '../worker/outcome-errors.ts';

async function withDead(count: number) {
  const clock = new ManualClock(1_700_000_000_000);
  const meter = new RecordingMeter();
  const queue = createQueue('main', { clock, meter, maxAttempts: 1 });
  let healed = false;
  const runs: Job[] = [];
  const worker = queue.work(async (job) => {
    runs.push(job);
    await job.once('effect', () => job.delivery);
    if (healed) return;
    throw job.data % 2 === 0 ? new Error('broken') : discard('hopeless');
  });
  await queue.addMany(
    Array.from({ length: count }, (_, data) => ({
      type: data < count / 2 ? 'a' : 'b',
      data,
      options: { id: `${data}`, lane: 'low', key: `k${data}` },
    })),
  );
  await worker.idle();
  runs.length = 0;
  const heal = () => {
    healed = true;
  };
  return { queue, clock, meter, worker, runs, heal };
}

test('lists dead letters newest first, by reason and type, in pages', async () => {
  const { queue } = await withDead(10);
  await using _ = queue;
  const all = await queue.dead.list();
  expect(all.jobs).toHaveLength(10);
  expect(all.jobs[0]).toMatchObject({ state: 'dead', lane: 'low', error: { name: expect.any(String) } });
  const some = await queue.dead.list({ reason: 'discarded', type: 'a' });
  expect(some.jobs.map(({ id }) => id).sort()).toEqual(['1', '3']);
  const page = await queue.dead.list({ limit: 4 });
  const rest = await queue.dead.list({ limit: 100, cursor: page.cursor ?? '' });
  expect([...page.jobs, ...rest.jobs].map(({ id }) => id)).toEqual(all.jobs.map(({ id }) => id));
  expect(rest.cursor).toBeUndefined();
});

test('sends back by id, in the order of the ids, with fresh attempts and the same lane and key', async () => {
  const { queue, worker, runs, heal, meter } = await withDead(6);
  await using _ = queue;
  heal();
  const redriven = await queue.dead.redrive({ ids: ['4', 'nobody', '1'] }, { by: 'ada' });
  expect(redriven).toEqual({ redriven: 2, missing: ['nobody'] });
  await worker.idle();
  expect(runs.map(({ id, attempt, delivery, lane, key }) => [id, attempt, delivery, lane, key])).toEqual([
    ['4', 1, 2, 'low', 'k4'],
    ['1', 1, 2, 'low', 'k1'],
  ]);
  await expect(queue.inspect('4')).resolves.toMatchObject({ state: 'done', redrives: [{ by: 'ada' }] });
  expect(meter.value('xc_queue_redriven_total', { queue: 'main' })).toBe(2);
});

test('sends back by filter, at most so many, into another lane where asked', async () => {
  const { queue, worker, runs, heal } = await withDead(20);
  await using _ = queue;
  heal();
  await expect(queue.dead.redrive({ reason: 'failed', max: 3 }, { lane: 'high' })).resolves.toEqual({
    redriven: 3,
    missing: [],
  });
  await worker.idle();
  expect(runs.map(({ lane }) => lane)).toEqual(['high', 'high', 'high']);
  await expect(queue.dead.redrive({ type: 'b' })).resolves.toMatchObject({ redriven: 10 });
  expect((await queue.counts()).dead).toBe(7);
});

test('keeps what once has recorded over a redrive, unless it is to be forgotten', async () => {
  const { queue, worker, heal } = await withDead(2);
  await using _ = queue;
  heal();
  const returned: unknown[] = [];
  worker.pause();
  queue.work(async (job) => void returned.push(await job.once('effect', () => job.delivery)));
  await queue.dead.redrive({ ids: ['0'] });
  await queue.dead.redrive({ ids: ['1'] }, { forget: true });
  await Promise.all([queue.ref('0').result(), queue.ref('1').result()]);
  expect(returned).toEqual([1, 2]);
});

test('sends back more than a slice holds', async () => {
  const { queue, worker, heal } = await withDead(1_300);
  await using _ = queue;
  heal();
  await expect(queue.dead.redrive({ type: 'a' })).resolves.toMatchObject({ redriven: 650 });
  await expect(queue.dead.drop({ type: 'b' })).resolves.toBe(650);
  await worker.idle();
  await expect(queue.counts()).resolves.toMatchObject({ dead: 0, done: 650 });
});

test('drops by id, by reason and by age', async () => {
  const { queue, clock } = await withDead(6);
  await using _ = queue;
  await expect(queue.dead.drop({ ids: ['0', 'nobody'] })).resolves.toBe(1);
  await expect(queue.dead.drop({ reason: 'discarded' })).resolves.toBe(3);
  await expect(queue.dead.drop({ olderThanMs: 1_000 })).resolves.toBe(0);
  await clock.advance(2_000);
  await expect(queue.dead.drop({ olderThanMs: 1_000 })).resolves.toBe(2);
  expect((await queue.dead.list()).jobs).toEqual([]);
});

test('puts dependents that died of it back to blocked where asked', async () => {
  const clock = new ManualClock();
  await using queue = createQueue('main', { clock, maxAttempts: 1 });
  let healed = false;
  const worker = queue.work(() => {
    if (!healed) throw new Error('broken');
  });
  const flow = await queue.flow([
    { name: 'a', type: 't', data: 1 },
    { name: 'b', type: 't', data: 1, after: ['a'] },
  ]);
  await flow.result();
  healed = true;
  await queue.dead.redrive({ ids: [flow.jobs.a?.id ?? ''] }, { withDependents: true });
  await worker.idle();
  await expect(flow.result()).resolves.toEqual({ a: { state: 'done' }, b: { state: 'done' } });
});

test('sends back and drops any number of ids, slice by slice, each once', async () => {
  const { queue, worker, runs, heal } = await withDead(420);
  await using _ = queue;
  heal();
  const ids = Array.from({ length: 250 }, (_, n) => `${249 - n}`);
  const redriven = await queue.dead.redrive({ ids: ['first', ...ids, 'last', '3'] });
  expect(redriven).toEqual({ redriven: 250, missing: ['first', 'last'] });
  await worker.idle();
  expect(runs.map(({ id }) => id)).toEqual(ids);
  const left = Array.from({ length: 170 }, (_, n) => `${250 + n}`);
  await expect(queue.dead.drop({ ids: [...left, ...ids] })).resolves.toBe(170);
});

test('takes an id that is named twice once', async () => {
  await using queue = createQueue('main');
  expect(await queue.dead.redrive({ ids: ['z', 'y', 'z'] })).toEqual({ redriven: 0, missing: ['z', 'y'] });
  expect(await queue.dead.redrive({ ids: [] })).toEqual({ redriven: 0, missing: [] });
});
