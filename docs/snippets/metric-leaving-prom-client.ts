import assert from 'node:assert/strict';
import { createMetrics, timed } from '@xc/metrics';

const metrics = createMetrics({ labels: { service: 'shop' } });
const labels = ['method', 'status'] as const;
const requests = metrics.counter({
  name: 'requests_total',
  help: 'Requests.',
  labels,
});
const waiting = metrics.gauge({ name: 'waiting', help: 'Who waits.' }).at();
const duration = metrics
  .histogram({ name: 'work_duration_seconds', help: 'Work.' })
  .at();

// requests.inc({ method: 'GET', status: 200 }, 2)
requests.at('GET', 200).inc(2);
// requests.inc(1, { trace_id: '4bf9' }), with enableExemplars
requests.at('GET', 500).inc(1, { trace_id: '4bf9' });
// waiting.inc(); waiting.dec(); waiting.set(7)
waiting.add(1);
waiting.add(-1);
waiting.set(7);
// const end = duration.startTimer(); await work(); end();
await timed(duration, async () => 'done');
// collect() { this.set(3) }
metrics.collect('waiting', () => waiting.set(3));

// await register.getSingleMetricAsString('waiting')
const { body } = await metrics.scrape({ names: ['waiting'] });
const text = new TextDecoder().decode(body);
assert.match(text, /^waiting\{service="shop"\} 3$/m);
// await register.getMetricsAsJSON()
const names = metrics.snapshot().metrics.map(({ name }) => name);
assert.ok(names.includes('work_duration_seconds'));
// requests.remove('GET', '500'), and requests.reset()
assert.equal(requests.remove({ status: '500' }), 1);
assert.equal(requests.remove({}), 1);
