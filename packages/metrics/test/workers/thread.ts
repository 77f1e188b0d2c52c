import { parentPort, workerData } from 'node:worker_threads';
import { answerScrapes, messagePort } from '../../src/aggregate/index.ts';
import { createMetrics } from '../../src/index.ts';

/** Counts what it is told, answers scrapes, blocks its thread for as long as it is told, and otherwise has nothing to do. */
if (parentPort === null) throw new Error('runs in a worker thread');
const metrics = createMetrics({ selfMetrics: false });
const counter = metrics.counter({ name: 'work_total', help: 'Work.' });
metrics.gauge({ name: 'up', help: 'Up.' }).at().set(1);
answerScrapes(metrics, messagePort(parentPort));
const { count, stays } = workerData as { readonly count: number; readonly stays: boolean };
counter.at().inc(count);
if (stays) {
  parentPort.on('message', (message: { readonly blockMs?: number }) => {
    if (message.blockMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.blockMs);
  });
}
parentPort.postMessage('ready');
