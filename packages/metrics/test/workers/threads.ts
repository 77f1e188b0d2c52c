import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createAggregate, messagePort } from '../../src/aggregate/index.ts';

/** A process with three counting threads: does as its parent tells it, and says what it sees. */
const aggregate = createAggregate({ deadlineMs: 500 });
const threads = await Promise.all([1, 10, 100].map((count) => started(count)));
for (const [index, thread] of threads.entries()) {
  aggregate.add(String(index), messagePort(thread));
  thread.once('exit', () => aggregate.remove(String(index)));
}

process.on(
  'message',
  async (message: { readonly block?: number; readonly terminate?: number; readonly ends?: 'stop' | 'unref' }) => {
    if (message.block !== undefined) threads[message.block]?.postMessage({ blockMs: 60_000 });
    if (message.terminate !== undefined) await threads[message.terminate]?.terminate();
    if (message.ends !== undefined) {
      const [code] = await once(await started(1, message.ends), 'exit');
      process.send?.({ code });
      return;
    }
    const { metrics } = await aggregate.snapshot();
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.series[0]?.value;
    process.send?.({
      work: value('work_total'),
      up: value('up'),
      workers: value('xc_metrics_workers'),
      missing: value('xc_metrics_workers_missing'),
    });
  },
);
process.send?.('ready');

async function started(count: number, ends?: 'stop' | 'unref'): Promise<Worker> {
  const thread = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: { count, ends } });
  await once(thread, 'message');
  return thread;
}
