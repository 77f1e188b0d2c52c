import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Job } from '../../job/job.ts';
import { batch } from '../../worker/batch.ts';
import { discard, retryAfter, snooze } from '../../worker/outcome-errors.ts';
import { queueCases, refused } from './queue-rig.ts';

const broken = () => Promise.reject(Object.assign(new Error('broken'), { code: 'E_BROKEN' }));

/** Handlers, and what becomes of their jobs. */
export const workingCases = queueCases({
  async 'gives each job to the handler of its type, and its result to who waits'(rig) {
    const queue = rig.open();
    queue.work({ add: (job) => job.data.a + job.data.b, text: (job) => `${job.data}!` });
    const sum = await queue.add('add', { a: 1, b: 2 });
    const [text] = await queue.addMany([{ type: 'text', data: 'fine' }]);
    strictEqual(await rig.settled(sum.result(), 'the sum is there'), 3);
    ok(text !== undefined && 'result' in text);
    strictEqual(await rig.settled(text.result(), 'the text is there'), 'fine!');
    const view = await queue.inspect(sum.id);
    deepStrictEqual([view?.state, view?.result, view?.data, view?.attempt], ['done', 3, { a: 1, b: 2 }, 1]);
  },

  async 'tries a failed job again until it succeeds, and shows the error of before'(rig) {
    const queue = rig.open();
    const seen: (readonly [number, number, string | undefined])[] = [];
    queue.work((job) => {
      seen.push([job.attempt, job.delivery, job.lastError?.message]);
      if (job.attempt < 3) throw new Error(`broken ${job.attempt}`);
      return 'made it';
    });
    const ref = await queue.add('job', undefined);
    strictEqual(await rig.settled(ref.result(), 'it is done'), 'made it');
    deepStrictEqual(seen, [
      [1, 1, undefined],
      [2, 2, 'broken 1'],
      [3, 3, 'broken 2'],
    ]);
  },

  async 'gives a job up when its attempts are used up, and tells who waits'(rig) {
    const queue = rig.open({ maxAttempts: 3 });
    queue.work(broken);
    const ref = await queue.add('job', { some: 'data' });
    const failure = rig.settled(ref.result(), 'it is dead');
    await refused(failure, 'XC_QUEUE_DEAD', 'failed');
    const view = await queue.inspect(ref.id);
    deepStrictEqual([view?.state, view?.reason, view?.error?.code, view?.delivery], ['dead', 'failed', 'E_BROKEN', 3]);
    deepStrictEqual(view?.data, { some: 'data' });
  },

  async 'discards, waits and gives way as the handler says'(rig) {
    const queue = rig.open();
    const attempts: Record<string, number[]> = { discard: [], later: [], snooze: [] };
    queue.work((job) => {
      attempts[job.type]?.push(job.attempt);
      if (job.type === 'discard') throw discard('no use');
      if (job.delivery === 1) throw job.type === 'later' ? retryAfter(20) : snooze(20);
    });
    const gone = await queue.add('discard', 1);
    const [later, snoozed] = [await queue.add('later', 1), await queue.add('snooze', 1)];
    await refused(rig.settled(gone.result(), 'it is discarded'), 'XC_QUEUE_DEAD', 'discarded');
    await rig.settled(later.result(), 'it came back');
    await rig.settled(snoozed.result(), 'it came back');
    deepStrictEqual(attempts, { discard: [1], later: [1, 2], snooze: [1, 1] });
  },

  async 'tells a running job that it is cancelled, and never tries it again'(rig) {
    const queue = rig.open();
    let reason: unknown;
    let runs = 0;
    queue.work(
      (job) =>
        new Promise((_, reject) => {
          runs += 1;
          job.signal.addEventListener('abort', () => {
            reason = job.signal.reason;
            reject(reason);
          });
        }),
    );
    const ref = await queue.add('job', 1);
    await rig.until(() => runs === 1, 'it runs');
    strictEqual(await queue.cancel(ref.id, { reason: 'not wanted' }), 'requested');
    await refused(rig.settled(ref.result(), 'it is cancelled'), 'XC_QUEUE_CANCELLED');
    strictEqual((reason as { code?: string }).code, 'XC_QUEUE_CANCELLED');
    strictEqual((await queue.inspect(ref.id))?.state, 'cancelled');
    strictEqual(runs, 1);
  },

  async 'agrees with itself on who won, the cancel or the handler'(rig) {
    const queue = rig.open();
    queue.work(() => 'done', { concurrency: 5 });
    for (let turn = 0; turn < 50; turn += 1) {
      const ref = await queue.add('job', turn);
      const told = await queue.cancel(ref.id);
      const outcome = await rig.settled(
        ref.result().then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
        'it has settled',
      );
      const state = (await queue.inspect(ref.id))?.state;
      strictEqual(outcome, state === 'done' ? 'done' : 'XC_QUEUE_CANCELLED');
      if (told === 'cancelled') strictEqual(state, 'cancelled');
      if (told === 'settled') strictEqual(state, 'done');
    }
  },

  async 'starts no job before it is due'(rig) {
    const queue = rig.open();
    let startedAt = 0;
    queue.work(() => {
      startedAt = rig.fixture.now();
    });
    const ref = await queue.add('job', 1, { delayMs: 150 });
    const { dueAt } = (await queue.inspect(ref.id)) ?? { dueAt: 0 };
    await rig.settled(ref.result(), 'it is done');
    // The clock of a fixture may differ from the engine's by a moment.
    ok(startedAt >= dueAt - 2, `${startedAt} is before ${dueAt}`);
  },

  async 'runs what has an effect once, over attempts'(rig) {
    const queue = rig.open();
    let charged = 0;
    queue.work(async (job) => {
      const receipt = await job.once('charge', () => {
        charged += 1;
        return { paid: charged };
      });
      if (job.attempt < 3) throw new Error('after the charge');
      return receipt;
    });
    const ref = await queue.add('pay', 1);
    deepStrictEqual(await rig.settled(ref.result(), 'it is done'), { paid: 1 });
    strictEqual(charged, 1);
  },

  async 'keeps progress and lines of a job'(rig) {
    const queue = rig.open();
    queue.work(async (job) => {
      await job.log('first');
      await job.progress({ part: 1 });
      await job.log('second');
    });
    const ref = await queue.add('job', 1);
    await rig.settled(ref.result(), 'it is done');
    const view = await queue.inspect(ref.id);
    deepStrictEqual([view?.progress, view?.logs], [{ part: 1 }, ['first', 'second']]);
  },

  async 'gives many jobs at once to a batch handler, and settles each as it says'(rig) {
    const queue = rig.open({ maxAttempts: 1 });
    let largest = 0;
    const refs = await queue.addMany(Array.from({ length: 10 }, (_, n) => ({ type: 'row', data: n })));
    const write = batch(
      (jobs: readonly Job<number>[]) => {
        largest = Math.max(largest, jobs.length);
        return Promise.allSettled(jobs.map(async ({ data }) => (data === 3 ? broken() : data * 2)));
      },
      { size: 5, lingerMs: 20 },
    );
    queue.work({ row: write }, { concurrency: 10 });
    await rig.drained(queue);
    const { done, dead } = await queue.counts();
    deepStrictEqual([done, dead], [9, 1]);
    ok(largest > 1 && largest <= 5, `batches of up to ${largest}`);
    const last = refs.at(-1);
    ok(last !== undefined && 'result' in last);
    strictEqual(await rig.settled(last.result(), 'it is done'), 18);
  },
});
