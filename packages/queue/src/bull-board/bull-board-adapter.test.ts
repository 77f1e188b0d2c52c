import { createBullBoard } from '@bull-board/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { discard } from '../worker/outcome-errors.ts';
import { bullBoardAdapter } from './bull-board-adapter.ts';

let queue: Queue<AnyJobs>;
beforeEach(() => {
  queue = createQueue<AnyJobs>('orders');
});
afterEach(() => queue.close());

interface Answer {
  readonly status?: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a board answers, as its page reads it
  readonly body: any;
}

/** The board itself, asked as its server adapters ask it. Every answer is held against the board's own schemas. */
function openBoard(adapter: ReturnType<typeof bullBoardAdapter>) {
  type Route = { method: string | string[]; route: string | string[]; handler(request: object): Promise<Answer> };
  let routes: Route[] = [];
  let queues: unknown;
  const known: Record<string, (value: never) => unknown> = {
    setApiRoutes: (value: Route[]) => {
      routes = value;
    },
    setQueues: (value: unknown) => {
      queues = value;
    },
  };
  const serverAdapter = new Proxy({} as never, {
    get: (_, name: string) => (value: never) => {
      known[name]?.(value);
      return serverAdapter;
    },
  });
  const options = { uiBasePath: '/nowhere', uiConfig: {}, validateResponses: true };
  createBullBoard({ queues: [adapter], serverAdapter, options });
  return async (method: string, route: string, given: { query?: object; params?: object; body?: object } = {}) => {
    const found = routes.find((each) => [each.method].flat().includes(method) && [each.route].flat().includes(route));
    if (found === undefined) throw new Error(`the board has no ${method} ${route}`);
    const query = { activeQueue: 'orders', page: '1', jobsPerPage: '10', ...given.query };
    const request = { queues, uiConfig: {}, query, params: given.params ?? {}, body: given.body ?? {}, headers: {} };
    const answer = await found.handler(request);
    expect(answer.status ?? 200, JSON.stringify(answer.body)).not.toBe(500);
    return answer;
  };
}

/** One of each state the board knows. */
async function fill(): Promise<void> {
  const worker = queue.work(async (job) => {
    await job.log('a line');
    if (job.type === 'bad') throw discard('no use');
    return { charged: job.data };
  });
  const settled = [queue.add('charge', 1, { id: 'done' }), queue.add('bad', 2, { id: 'dead', key: 'k' })];
  for (const ref of await Promise.all(settled)) await ref.result().catch(() => {});
  await worker.stop();
  await queue.add('charge', 3, { id: 'waiting' });
  await queue.add('charge', 4, { id: 'delayed', delayMs: 60_000 });
  await queue.schedule('nightly', { cron: '0 3 * * *', tz: 'Europe/Berlin' }, 'charge', 5, { limit: 9 });
}

describe('a board', () => {
  test('shows a queue, its counts and its jobs', async () => {
    await fill();
    const ask = openBoard(bullBoardAdapter(queue, { description: 'All orders' }));
    const { body } = await ask('get', '/api/queues');
    expect(body.queues).toHaveLength(1);
    const [shown] = body.queues;
    expect(shown).toMatchObject({
      name: 'orders',
      description: 'All orders',
      readOnlyMode: true,
      allowRetries: false,
      isPaused: false,
      jobSchedulerCount: 1,
      counts: { waiting: 1, delayed: 1, completed: 1, failed: 1, active: 0, 'waiting-children': 0 },
    });
    expect(shown.jobs.map(({ id }: { id: string }) => id).sort()).toEqual(['dead', 'delayed', 'done', 'waiting']);
    const failed = await ask('get', '/api/queues', { query: { status: 'failed' } });
    expect(failed.body.queues[0].jobs).toMatchObject([
      { id: 'dead', name: 'bad', data: 2, failedReason: 'discarded: no use', isFailed: true, groupId: 'k' },
    ]);
  });

  test('shows a job with its state, result and log', async () => {
    await fill();
    const ask = openBoard(bullBoardAdapter(queue));
    const params = { queueName: 'orders', jobId: 'done' };
    const { body } = await ask('get', '/api/queues/:queueName/:jobId', { params });
    expect(body).toMatchObject({ status: 'completed', job: { id: 'done', returnValue: { charged: 1 }, attempts: 1 } });
    const logs = await ask('get', '/api/queues/:queueName/:jobId/logs', { params });
    expect(logs.body).toEqual(['a line']);
    const missing = await ask('get', '/api/queues/:queueName/:jobId', { params: { ...params, jobId: 'no' } });
    expect(missing.status).toBe(404);
  });

  test('pages through long lists', async () => {
    await queue.addMany(
      Array.from({ length: 25 }, (_, index) => ({ type: 'charge', data: index, options: { id: `job ${index}` } })),
    );
    const ask = openBoard(bullBoardAdapter(queue));
    const { body } = await ask('get', '/api/queues', { query: { status: 'waiting', page: '3' } });
    expect(body.queues[0].pagination.pageCount).toBe(3);
    expect(body.queues[0].jobs.map(({ id }: { id: string }) => id)).toEqual(
      [20, 21, 22, 23, 24].map((n) => `job ${n}`),
    );
  });

  test('changes nothing unless it may', async () => {
    await fill();
    const adapter = bullBoardAdapter(queue);
    const ask = openBoard(adapter);
    const params = { queueName: 'orders', jobId: 'dead', queueStatus: 'failed' };
    expect((await ask('put', '/api/queues/:queueName/pause', { params })).status).toBe(405);
    expect((await ask('put', '/api/queues/:queueName/:jobId/retry', { params })).status).toBe(405);
    await expect(adapter.pause()).rejects.toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED' });
    await expect(adapter.clean('failed', 0)).rejects.toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED' });
    await expect((await adapter.getJob('dead'))?.remove()).rejects.toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED' });
    await expect(adapter.removeJobScheduler('nightly')).rejects.toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED' });
    expect(await queue.counts()).toMatchObject({ dead: 1, paused: false });
  });

  test('pauses, retries, promotes, removes, cleans and adds where it may', async () => {
    await fill();
    const adapter = bullBoardAdapter(queue, { readOnly: false });
    const ask = openBoard(adapter);
    const params = { queueName: 'orders', jobId: 'dead', queueStatus: 'failed' };
    await ask('put', '/api/queues/:queueName/pause', { params });
    expect((await queue.counts()).paused).toBe(true);
    await ask('put', '/api/queues/:queueName/:jobId/retry', { params });
    expect(await queue.inspect('dead')).toMatchObject({ state: 'waiting', redrives: [{ by: 'bull-board' }] });
    await ask('put', '/api/queues/:queueName/:jobId/promote', { params: { ...params, jobId: 'delayed' } });
    expect(await queue.inspect('delayed')).toMatchObject({ state: 'waiting' });
    await ask('put', '/api/queues/:queueName/:jobId/clean', { params: { ...params, jobId: 'waiting' } });
    expect(await queue.inspect('waiting')).toBeUndefined();
    // The board itself spares what is younger than 5 s.
    await ask('put', '/api/queues/:queueName/clean/:queueStatus', { params: { ...params, queueStatus: 'completed' } });
    expect(await queue.counts()).toMatchObject({ done: 1 });
    await adapter.clean('completed', 0);
    expect(await queue.counts()).toMatchObject({ done: 0, waiting: 2 });
    await ask('put', '/api/queues/:queueName/resume', { params });
    expect((await queue.counts()).paused).toBe(false);
  });

  test('shows schedules and changes them where it may', async () => {
    await fill();
    const adapter = bullBoardAdapter(queue, { readOnly: false });
    expect(await adapter.getJobSchedulers()).toMatchObject([
      { id: 'nightly', name: 'charge', pattern: '0 3 * * *', tz: 'Europe/Berlin', limit: 9, template: { data: 5 } },
    ]);
    expect(await adapter.updateJobScheduler('nightly', { every: 60_000 })).toBe('updated');
    expect((await queue.schedules())[0]).toMatchObject({ when: { everyMs: 60_000 }, type: 'charge', data: 5 });
    expect(await adapter.updateJobScheduler('nightly', { pattern: '61 * * * *' })).toBe('invalid-schedule');
    expect(await adapter.updateJobScheduler('other', { every: 1_000 })).toBe('not-found');
    expect(await adapter.runJobSchedulerNow('other')).toBe('not-found');
    await adapter.runJobSchedulerNow('nightly');
    expect((await queue.counts()).waiting).toBe(2);
    expect(await adapter.removeJobScheduler('nightly')).toBe(true);
    expect(await queue.schedules()).toEqual([]);
  });
});

test('refuses what is no queue, and options that cannot be', () => {
  expect(() => bullBoardAdapter({} as never)).toThrow(TypeError);
  expect(() => bullBoardAdapter(queue, { readOnly: 1 as never })).toThrow(TypeError);
  expect(() => bullBoardAdapter(queue, { description: 1 as never })).toThrow(TypeError);
  expect(() => bullBoardAdapter(queue, { readonly: true } as never)).toThrow('unknown option readonly');
});
