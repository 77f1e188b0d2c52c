import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import { createMetrics } from '@xc/metrics';
import {
  answerScrapes,
  createAggregate,
  messagePort,
} from '@xc/metrics/aggregate';

/** What runs in each thread, with `parentPort` as its port. */
function thread(port: MessageChannel['port1'], resized: number): void {
  const metrics = createMetrics();
  const images = metrics.counter({
    name: 'images_resized_total',
    help: 'Images that were resized.',
  });
  const heap = metrics.gauge({
    name: 'heap_used_bytes',
    help: 'Used heap.',
    aggregate: 'max',
  });
  images.at().inc(resized);
  heap.at().set(resized * 1e6);
  answerScrapes(metrics, messagePort(port));
}

// In an application: `const port = new Worker(...)` for each thread.
const aggregate = createAggregate({ deadlineMs: 500 });
const channels = [30, 12].map((resized, index) => {
  const { port1, port2 } = new MessageChannel();
  thread(port2, resized);
  aggregate.add(`resizer-${index}`, messagePort(port1));
  return port1;
});

async function read(name: string): Promise<number | undefined> {
  const { metrics } = await aggregate.snapshot();
  return metrics.find((metric) => metric.name === name)?.series[0]?.value;
}
assert.equal(await read('images_resized_total'), 42);
assert.equal(await read('heap_used_bytes'), 30e6);

// A thread that has ended takes its gauges along, never its counts.
aggregate.remove('resizer-0');
assert.equal(await read('images_resized_total'), 42);
assert.equal(await read('heap_used_bytes'), 12e6);
assert.equal(await read('xc_metrics_workers'), 1);

// For Prometheus: headers in, headers and body out, as from `metrics`.
const { headers } = await aggregate.scrape({ accept: 'text/plain' });
assert.match(headers['content-type'] ?? '', /^text\/plain/);
aggregate.close();
for (const port of channels) port.close();
