import { eventually } from '@xc/test-support';
import * as bullmq from 'bullmq';
import { expect, test } from 'vitest';
import { bullQueues } from '../../test/bull-queues.ts';
import { discard } from '../worker/outcome-errors.ts';

const open = bullQueues('bull-back');

test('gives back what a stop aborts, with no attempt burnt and no error kept', async () => {
  const queue = open();
  let reason: unknown;
  const worker = queue.work(
    (job) =>
      new Promise((_, reject) => {
        job.signal.addEventListener('abort', () => {
          reason = job.signal.reason;
          reject(reason);
        });
      }),
  );
  const { id } = await queue.add('task', 1);
  await eventually('it runs', () => worker.running === 1);
  expect(await worker.stop({ graceMs: 0 })).toEqual({ finished: 0, handedBack: 1, abandoned: 0 });
  expect(reason).toMatchObject({ code: 'XC_QUEUE_CLOSED' });
  expect(await queue.inspect(id)).toMatchObject({ state: 'waiting', attempt: 1, error: undefined });
});

test('fails what a stop aborts too late: it had timed out already', async () => {
  const queue = open({ timeoutMs: 20, maxAttempts: 1 });
  const aborted: (() => void)[] = [];
  const worker = queue.work(
    (job) =>
      new Promise((_, reject) => {
        job.signal.addEventListener('abort', () => aborted.push(() => reject(job.signal.reason)));
      }),
  );
  const { id } = await queue.add('task', 1);
  await eventually('it has timed out', () => aborted.length === 1);
  const stopped = worker.stop();
  aborted[0]?.();
  expect(await stopped).toEqual({ finished: 1, handedBack: 0, abandoned: 0 });
  expect(await queue.inspect(id)).toMatchObject({ state: 'dead', error: { code: 'XC_QUEUE_TIMEOUT' } });
});

test('burns no attempt for a discard, and keeps its own error', async () => {
  const queue = open();
  queue.work({ task: () => Promise.reject(discard('no use')) }, { unknownType: 'dead' });
  for (const [type, error] of [
    ['task', { name: 'XcError', message: 'no use', code: 'XC_QUEUE_DISCARD' }],
    ['nobody', { message: 'no handler for nobody' }],
  ] as const) {
    const ref = await queue.add(type, 1);
    await expect(ref.result()).rejects.toMatchObject({ cause: error });
    expect(await queue.inspect(ref.id)).toMatchObject({ state: 'dead', attempt: 1, error });
  }
});

test('tells the discard of a handler that speaks to BullMQ itself', async () => {
  const queue = open();
  queue.work(() => Promise.reject(new bullmq.UnrecoverableError('no use')));
  await expect((await queue.add('task', 1)).result()).rejects.toMatchObject({ details: { reason: 'discarded' } });
});

test('runs nothing while it is paused, not even the job for which BullMQ waits already', async () => {
  const queue = open();
  const seen: string[] = [];
  const worker = queue.work((job) => void seen.push(job.id));
  await worker.ready();
  await (await queue.add('task', 1, { id: 'before' })).result();
  await worker.idle();
  worker.pause();
  const ref = await queue.add('task', 1, { id: 'while' });
  // Another worker takes it in the end: by then this one has given it back.
  const other = queue.work((job) => void seen.push(`other ${job.id}`));
  await ref.result();
  expect(seen).toEqual(['before', 'other while']);
  expect(await queue.inspect('while')).toMatchObject({ state: 'done', attempt: 1 });
  await other.stop();
  worker.resume();
  await (await queue.add('task', 1, { id: 'after' })).result();
  expect(seen.at(-1)).toBe('after');
});
