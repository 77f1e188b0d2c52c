import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createQueue, memoryEngine } from '../../src/index.ts';
import { engineRig } from '../properties/engine-rigs.ts';

const LONG = process.env.XC_LONG === '1';

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc();
  return process.memoryUsage().heapUsed / 1_000_000;
}

test('keeps nothing of jobs of which nothing is to be kept, keys, unique keys and progress included', async () => {
  const queue = createQueue('heap', { engine: memoryEngine(), keep: { done: { count: 0 } } });
  queue.work(
    async (job) => {
      if (job.data % 100 === 0) await job.progress(job.data);
    },
    { concurrency: 50 },
  );
  const part = async (from: number) => {
    const items = Array.from({ length: 5_000 }, (_, n) => ({
      type: 'job',
      data: from + n,
      options: n % 5 === 0 ? { key: `key-${from + n}`, unique: { key: `unique-${from + n}` } } : {},
    }));
    await queue.addMany(items);
    while ((await queue.counts()).waiting + (await queue.counts()).active > 0)
      await new Promise((resolve) => setImmediate(resolve));
  };
  for (let warmUp = 0; warmUp < 4; warmUp += 1) await part(-5_000 * (warmUp + 1));
  const before = heapMb();
  const jobs = LONG ? 1_000_000 : 100_000;
  for (let from = 0; from < jobs; from += 5_000) await part(from);
  const grown = heapMb() - before;
  expect(Math.abs(grown), `${grown.toFixed(1)} MB`).toBeLessThan(5);
  expect((await queue.counts()).totals.done).toBe(jobs + 20_000);
  await queue.close();
});

test('promotes jobs that are due at one instant in slices, so that an add in between is answered at once', async () => {
  const rig = engineRig();
  const jobs = LONG ? 1_000_000 : 100_000;
  const dueAt = rig.fixture.now() + 1000;
  for (let from = 0; from < jobs; from += 1000) {
    await rig.add(...Array.from({ length: 1000 }, (_, n) => ({ id: `job-${from + n}`, dueAt })));
  }
  await rig.fixture.pass(1000);
  const promoted: number[] = [];
  let waiting = 0;
  while (waiting < jobs + promoted.length) {
    await rig.add({});
    const { states } = await rig.read('counts', {});
    promoted.push(states.waiting - waiting - 1);
    waiting = states.waiting;
  }
  // One slice in the add and one in the read.
  expect(Math.max(...promoted)).toBeLessThanOrEqual(1000);
  expect((await rig.takeOne()).id).toBe('job-0');
});

test('takes as long for a job with 20,000 others held as with none', async () => {
  const step = async (held: number) => {
    const rig = engineRig();
    rig.open({ keep: { done: { count: 0 } } });
    for (let from = 0; from < held; from += 1000) {
      await rig.add(...Array.from({ length: 1000 }, () => ({})));
      await rig.take(1000, { worker: `holder-${from}`, leaseMs: 3_600_000 });
    }
    const rounds: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      await rig.add(...Array.from({ length: 200 }, () => ({})));
      const start = process.cpuUsage().user;
      const jobs = await rig.take(200);
      await rig.ack(...jobs);
      rounds.push(process.cpuUsage().user - start);
    }
    return rounds.sort((a, b) => a - b)[10] as number;
  };
  await step(0);
  const [empty, full] = [await step(0), await step(20_000)];
  // The bound that is promised is the bench's; a cost that grew with what is held would be a hundredfold.
  expect(full).toBeLessThan(5 * empty + 500);
});
