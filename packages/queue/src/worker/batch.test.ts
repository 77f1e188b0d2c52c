import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import type { Job } from '../job/job.ts';
import type { JobRef } from '../job/job-ref.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';
import { batch } from './batch.ts';
import { discard } from './outcome-errors.ts';

function opened(options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  return { queue: createQueue('main', { clock, backoff: { delayMs: () => 10 }, ...options }), clock };
}

const items = (count: number, type = 't', options = {}) =>
  Array.from({ length: count }, (_, data) => ({ type, data, options }));

test('hands over up to its size at once, and what came within the linger', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const sizes: [number, number][] = [];
  queue.work(
    { t: batch((jobs) => void sizes.push([jobs.length, clock.monotonic()]), { size: 40 }) },
    { concurrency: 2 },
  );
  await queue.addMany(items(90));
  await turns();
  expect(sizes).toEqual([
    [40, 0],
    [40, 0],
  ]);
  await clock.advance(19);
  await queue.addMany(items(5));
  await turns();
  await clock.advance(1);
  expect(sizes[2]).toEqual([15, 20]);
  await turns();
  expect((await queue.counts()).done).toBe(95);
});

test('gathers in a map of both kinds without holding a slot', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const sizes: number[] = [];
  let single = 0;
  const handlers = { many: batch((jobs) => void sizes.push(jobs.length), { size: 100 }), one: () => void single++ };
  queue.work(handlers, { concurrency: 1 });
  await queue.addMany([...items(30, 'many'), ...items(10, 'one'), ...items(20, 'many')]);
  await turns();
  expect([sizes, single]).toEqual([[], 10]);
  await clock.advance(20);
  await turns();
  expect(sizes).toEqual([50]);
});

test('lets one outcome per job decide for each', async () => {
  const { queue, clock } = opened({ maxAttempts: 1 });
  await using _ = queue;
  const handler = batch<number>((jobs) =>
    Promise.allSettled(
      jobs.map(async ({ data }) => {
        if (data === 1) throw new Error('one is bad');
        if (data === 2) throw discard('two is hopeless');
        return data * 10;
      }),
    ),
  );
  queue.work({ t: handler });
  const refs = await queue.addMany(items(4, 't'));
  await turns();
  await clock.advance(20);
  await turns();
  const views = await Promise.all(refs.map((ref) => queue.inspect('id' in ref ? ref.id : '')));
  expect(views.map((view) => [view?.state, view?.result ?? view?.reason])).toEqual([
    ['done', 0],
    ['dead', 'failed'],
    ['dead', 'discarded'],
    ['done', 30],
  ]);
});

test('fails all jobs of a batch that rejects, or whose outcomes do not fit', async () => {
  for (const [returned, name] of [
    [() => Promise.reject(new TypeError('all')), 'TypeError'],
    [() => [{ status: 'fulfilled', value: 1 }], 'RangeError'],
    [() => 'what', 'TypeError'],
    [() => [1, 2, 3], 'TypeError'],
  ] as const) {
    const { queue, clock } = opened({ maxAttempts: 1 });
    queue.work({ t: batch(returned as () => unknown) });
    await queue.addMany(items(3));
    await turns();
    await clock.advance(20);
    await turns();
    const { jobs } = await queue.dead.list();
    expect(jobs.map(({ error }) => error?.name)).toEqual([name, name, name]);
    await queue.close();
  }
});

test('gives each job of a batch its own signal, lease and timeout', async () => {
  const { queue, clock } = opened({ maxAttempts: 1 });
  await using _ = queue;
  const aborted: unknown[] = [];
  let end = () => {};
  const seen: Job[] = [];
  const handler = batch((jobs) => {
    for (const job of jobs) {
      seen.push(job);
      job.signal.addEventListener('abort', () => aborted.push([job.id, job.signal.reason.code]));
    }
    return new Promise<void>((resolve) => (end = resolve));
  });
  const worker = queue.work({ t: handler });
  await queue.add('t', 1, { id: 'quick', timeoutMs: 50 });
  await queue.add('t', 2, { id: 'calm' });
  await queue.add('t', 3, { id: 'unwanted' });
  await turns();
  await clock.advance(20);
  expect(worker.running).toBe(1);
  await clock.advance(50);
  await queue.cancel('unwanted');
  await turns();
  expect(aborted).toEqual([
    ['quick', 'XC_QUEUE_TIMEOUT'],
    ['unwanted', 'XC_QUEUE_CANCELLED'],
  ]);
  expect(new Set(seen.map(({ fence }) => fence)).size).toBe(3);
  end();
  await worker.idle();
  const states = await Promise.all(['quick', 'calm', 'unwanted'].map((id) => queue.inspect(id)));
  expect(states.map((view) => view?.state)).toEqual(['dead', 'done', 'done']);
});

test('takes jobs of a key into a batch up to the limit of the key', async () => {
  const { queue, clock } = opened({ perKey: { concurrency: 3 } });
  await using _ = queue;
  const batches: number[][] = [];
  queue.work({ t: batch((jobs) => void batches.push(jobs.map(({ data }) => data as number))) });
  await queue.addMany(items(7, 't', { key: 'k' }));
  await turns();
  for (let ms = 0; ms < 100; ms += 20) await clock.advance(20);
  expect(batches).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
});

test('hands back what lingers when the worker stops', async () => {
  const { queue } = opened();
  let calls = 0;
  const worker = queue.work({ t: batch(() => void calls++) });
  await queue.addMany(items(5));
  await turns();
  await expect(worker.stop()).resolves.toEqual({ finished: 0, handedBack: 5, abandoned: 0 });
  expect(calls).toBe(0);
  const { jobs } = await queue.list({ state: 'waiting' });
  expect(jobs.map(({ data, attempt }) => [data, attempt])).toEqual([0, 1, 2, 3, 4].map((data) => [data, 1]));
  await queue.close();
});

test('fails all jobs of a batch where it cannot be read what was returned, now or later', async () => {
  const { queue, clock } = opened({ maxAttempts: 1 });
  await using _ = queue;
  const broken = Object.defineProperty({}, 'status', {
    get() {
      throw new Error('not to be read');
    },
  });
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  queue.work({
    now: batch(() => proxy, { lingerMs: 1 }),
    later: batch(async (jobs) => jobs.map(() => broken), { lingerMs: 1 }),
    sparse: batch((jobs) => new Array(jobs.length), { lingerMs: 1 }),
  });
  const refs = await queue.addMany([...items(2, 'now'), ...items(2, 'later'), ...items(2, 'sparse')]);
  const ends = Promise.allSettled(refs.map((ref) => (ref as JobRef<unknown>).result()));
  await turns();
  await clock.advance(1);
  expect((await ends).map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
});
