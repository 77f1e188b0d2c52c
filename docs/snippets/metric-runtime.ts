import assert from 'node:assert/strict';
import { createMetrics, runtimeMetrics } from '@xc/metrics';
import { parseExposition } from '@xc/metrics/testing';

const metrics = createMetrics();
const runtime = runtimeMetrics(metrics);

// Somebody holds the event loop for a tenth of a second.
await new Promise((resolve) => setTimeout(resolve, 30));
const until = performance.now() + 100;
while (performance.now() < until);
await new Promise((resolve) => setTimeout(resolve, 30));

async function read(name: string): Promise<number> {
  const { body } = await metrics.scrape({ names: [name] });
  const text = new TextDecoder().decode(body);
  const [family] = parseExposition(text, 'text');
  return family?.samples[0]?.value ?? Number.NaN;
}
assert.ok((await read('nodejs_eventloop_lag_max_seconds')) > 0.05);

// Since the scrape before: the block is in none of the next ones.
await new Promise((resolve) => setTimeout(resolve, 30));
assert.ok((await read('nodejs_eventloop_lag_min_seconds')) < 0.05);

// No name that Prometheus would refuse, and nothing of bad style.
assert.deepEqual(metrics.lint(), []);
runtime.stop();
