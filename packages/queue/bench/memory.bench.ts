import { promise as fastq } from 'fastq';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { createQueue } from '../src/index.ts';

const JOBS = settings.quick ? 20_000 : 200_000;
const ROUNDS = settings.quick ? 1 : 5;
const SLICE = 10_000;

/** Jobs a second from the first take to the last settle; they were added before. */
async function worked(concurrency: number): Promise<number> {
  const queue = createQueue('bench', { keep: { done: { count: 0 } } });
  const items = Array.from({ length: SLICE }, () => ({ type: 'no-op', data: undefined }));
  for (let added = 0; added < JOBS; added += SLICE) await queue.addMany(items);
  return timed(async () => {
    const worker = queue.work(async () => {}, { concurrency });
    await worker.idle();
    await queue.close();
  });
}

/** Jobs a second from the first add to the last settle, a thousand callers at a time. */
async function addedAndWorked(): Promise<number> {
  const queue = createQueue('bench', { keep: { done: { count: 0 } } });
  return timed(async () => {
    const worker = queue.work(async () => {}, { concurrency: 50 });
    for (let added = 0; added < JOBS; added += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, () => queue.add('no-op', undefined)));
    }
    await worker.idle();
    await queue.close();
  });
}

/** The floor: a queue of calls without state, lanes, leases or results. */
async function fastqWorked(concurrency: number): Promise<number> {
  const queue = fastq(async () => {}, concurrency);
  return timed(async () => {
    const calls: Promise<unknown>[] = [];
    for (let added = 0; added < JOBS; added++) calls.push(queue.push(added));
    await Promise.all(calls);
  });
}

async function timed(run: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const start = performance.now();
  await run();
  return (JOBS * 1_000) / (performance.now() - start);
}

/** What a queue in memory does in a second when its handlers do nothing. */
const bench: Bench = {
  name: 'memory',
  async run(): Promise<readonly Case[]> {
    const figures = { fifty: [] as number[], one: [] as number[], both: [] as number[], peer: [] as number[] };
    await worked(50);
    await fastqWorked(50);
    for (let round = 0; round < ROUNDS; round++) {
      figures.fifty.push(await worked(50));
      figures.peer.push(await fastqWorked(50));
      figures.one.push(await worked(1));
      figures.both.push(await addedAndWorked());
    }
    const peers = { fastq: median(figures.peer) };
    return [
      { name: 'work no-op, c = 50', unit: 'ops/s', value: median(figures.fifty), peers },
      { name: 'work no-op, c = 1', unit: 'ops/s', value: median(figures.one) },
      { name: 'add and work no-op, c = 50', unit: 'ops/s', value: median(figures.both), peers },
    ];
  },
};

export default bench;
