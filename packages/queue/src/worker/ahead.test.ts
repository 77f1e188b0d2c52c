import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';

test('starts a job with a key before those without that came ahead of it from another shard', async () => {
  const clock = new ManualClock();
  const engine = interceptedEngine(memoryEngine({ clock }), {
    // As two shards would answer: what is ahead in the first comes before what is wanted in the second.
    async step(_, next) {
      const reply = await next();
      const keyed = reply.jobs.filter(({ record }) => record.key !== undefined);
      return { ...reply, jobs: [...reply.jobs.filter((job) => !keyed.includes(job)), ...keyed] };
    },
  });
  const queue = createQueue('main', { clock, engine, lanes: { only: 1 } });
  await queue.add('t', 1, { id: 'keyed', key: 'k' });
  await queue.addMany(Array.from({ length: 6 }, (_, data) => ({ type: 't', data, options: { id: `${data}` } })));
  const started: string[] = [];
  queue.work(
    (job) => {
      started.push(job.id);
      return new Promise(() => {});
    },
    { concurrency: 2, prefetch: 3 },
  );
  await turns();
  expect(started.sort()).toEqual(['0', 'keyed']);
  expect((await queue.counts()).active).toBe(5);
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(10_000)]);
});
