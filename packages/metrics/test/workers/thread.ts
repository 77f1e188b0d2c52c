import { parentPort, workerData } from 'node:worker_threads';
import { answerScrapes, messagePort } from '../../src/aggregate/index.ts';
import { createMetrics } from '../../src/index.ts';

/** Counts what it is told, answers scrapes, and ends in one of two ways or blocks for as long as it is told. */
if (parentPort === null) throw new Error('runs in a worker thread');
const metrics = createMetrics({ selfMetrics: false });
const counter = metrics.counter({ name: 'work_total', help: 'Work.' });
metrics.gauge({ name: 'up', help: 'Up.' }).at().set(1);
const answering = answerScrapes(metrics, messagePort(parentPort));
const { count, ends } = workerData as { readonly count: number; readonly ends?: 'stop' | 'unref' };
counter.at().inc(count);
parentPort.postMessage('ready');
if (ends === 'stop') answering.stop();
else if (ends === 'unref') parentPort.unref();
else {
  parentPort.on('message', (message: { readonly blockMs?: number }) => {
    if (message.blockMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.blockMs);
  });
}
