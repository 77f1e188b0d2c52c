import cluster, { type Worker } from 'node:cluster';
import { answerScrapes, clusterPort, createAggregate } from '../../src/aggregate/index.ts';
import { createMetrics } from '../../src/index.ts';

/** A cluster of three that counts; the primary tells its parent what it sees and does as it is told. */
if (cluster.isPrimary) await lead();
else work();

function work(): void {
  const metrics = createMetrics({ selfMetrics: false });
  answerScrapes(metrics, clusterPort(process));
  metrics.counter({ name: 'work_total', help: 'Work.' }).at().inc(Number(process.env.COUNT));
  metrics.gauge({ name: 'up', help: 'Up.' }).at().set(1);
  process.send?.('ready');
}

async function lead(): Promise<void> {
  const aggregate = createAggregate({ deadlineMs: 1_000 });
  const workers = await Promise.all(
    [1, 10, 100].map(async (count) => {
      const worker = cluster.fork({ COUNT: String(count) });
      await new Promise((resolve) => worker.once('message', resolve));
      aggregate.add(String(worker.id), clusterPort(worker));
      return worker;
    }),
  );
  cluster.on('exit', (worker: Worker) => aggregate.remove(String(worker.id)));
  process.on('message', async (message: { readonly signal?: NodeJS.Signals; readonly worker?: number }) => {
    const worker = workers[message.worker ?? 0];
    if (message.signal !== undefined && worker?.process.pid !== undefined) {
      const gone = message.signal === 'SIGKILL' ? new Promise((resolve) => cluster.once('exit', resolve)) : undefined;
      process.kill(worker.process.pid, message.signal);
      await gone;
    }
    const startedAt = performance.now();
    const { metrics } = await aggregate.snapshot();
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.series[0]?.value;
    process.send?.({
      work: value('work_total'),
      up: value('up'),
      workers: value('xc_metrics_workers'),
      missing: value('xc_metrics_workers_missing'),
      tookMs: performance.now() - startedAt,
    });
  });
  process.send?.('ready');
}
