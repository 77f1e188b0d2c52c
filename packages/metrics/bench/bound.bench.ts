import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { latencyBuckets } from '../src/index.ts';
import { help, labelNames, openTelemetry, promClients, roomy } from './rivals.ts';

/** Values over all buckets, in no order that a processor could learn. */
const values = Array.from({ length: 1_024 }, (_, index) => ((index * 7_919) % 1_024) / 100);

/** What a write costs once the cell is bound: three labels, eleven buckets. */
const bench: Bench = {
  name: 'bound',
  async run(): Promise<readonly Case[]> {
    const [original, fork] = Object.values(promClients).map(({ Counter, Histogram }) => ({
      counter: new Counter({ name: 'requests_total', help, labelNames, registers: [] }).labels('GET', '/', '200'),
      histogram: new Histogram({ name: 'duration_seconds', help, labelNames, registers: [] }).labels('GET', '/', '200'),
    }));
    const otel = openTelemetry();
    const attributes = { method: 'GET', route: '/', status: '200' };
    const metrics = roomy();
    const counter = metrics.counter({ name: 'requests_total', help, labels: labelNames }).at('GET', '/', '200');
    const histogram = metrics
      .histogram({ name: 'duration_seconds', help, labels: labelNames, buckets: latencyBuckets })
      .at('GET', '/', '200');
    const floor = { value: 0 };
    const inc = await interleave({
      ours: () => counter.inc(),
      'prom-client': () => original?.counter.inc(),
      platformatic: () => fork?.counter.inc(),
      opentelemetry: () => otel.counter.add(1, attributes),
      'a field': () => {
        floor.value += 1;
      },
    });
    let turn = 0;
    const next = () => values[turn++ & 1_023] as number;
    const record = await interleave({
      ours: () => histogram.record(next()),
      'prom-client': () => original?.histogram.observe(next()),
      platformatic: () => fork?.histogram.observe(next()),
      opentelemetry: () => otel.histogram.record(next(), attributes),
      'taking the value': next,
    });
    return [inCase('inc', inc), inCase('record', record)];
  },
};

function inCase(name: string, { ours, ...peers }: { readonly ours: number } & Readonly<Record<string, number>>): Case {
  return { name, unit: 'ns', value: ours, peers };
}

export default bench;
