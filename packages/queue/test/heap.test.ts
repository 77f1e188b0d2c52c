import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createQueue } from '../src/index.ts';

const long = process.env.XC_LONG === '1';

test('keeps the heap flat however many jobs go through', async () => {
  const collect = collector();
  const queue = createQueue('flat', { keep: { done: { count: 0 }, dead: { count: 0 } }, maxAttempts: 1 });
  const worker = queue.work(
    async (job) => {
      if (job.data % 1_000 === 0) throw new Error('one of a thousand');
    },
    { concurrency: 50 },
  );
  const { signal } = new AbortController();
  const through = async (jobs: number) => {
    for (let added = 0; added < jobs; added += 1_000) {
      const items = Array.from({ length: 995 }, (_, index) => ({ type: 't', data: added + index }));
      const numbers = [995, 996, 997, 998, 999].map((index) => added + index);
      const few = numbers.map((data) => queue.add('t', data, { signal, unique: { key: `${data}` } }));
      const [refs] = await Promise.all([Promise.all(few), queue.addMany(items)]);
      await Promise.all(refs.map((ref) => ref.result({ signal, timeoutMs: 60_000 })));
    }
    await worker.idle();
    await collect();
    return process.memoryUsage().heapUsed;
  };
  await through(20_000);
  const before = await through(20_000);
  const after = await through(long ? 1_000_000 : 200_000);
  expect((after - before) / 2 ** 20).toBeLessThan(5);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(await queue.counts()).toMatchObject({ waiting: 0, active: 0, done: 0, dead: 0 });
  await queue.close();
});

/** The garbage collector, asked for at run time: test processes start without it. */
function collector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return async () => {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
  };
}
