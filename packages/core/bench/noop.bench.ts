import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { type CounterCell, noopLogger, noopMeter, noopTracer } from '../src/index.ts';

const perRound = 1_000;

/** What the defaults cost where nobody looks: each figure is one call, beside a loop that calls nothing. */
const bench: Bench = {
  name: 'noop',
  async run() {
    const cell: CounterCell = noopMeter
      .counter({ name: 'xc_bench_calls_total', help: 'Calls.', labels: ['a'] })
      .at('b');
    const gauge = noopMeter.gauge({ name: 'xc_bench_now', help: 'Now.' }).at();
    const histogram = noopMeter.histogram({ name: 'xc_bench_seconds', help: 'Seconds.' }).at();
    const ns = await interleave({
      nothing: () => repeat((index) => index),
      counter: () => repeat(() => cell.inc()),
      gauge: () => repeat((index) => gauge.set(index)),
      histogram: () => repeat((index) => histogram.record(index)),
      logger: () => repeat(() => noopLogger.info('nobody hears')),
      span: () => repeat(() => noopTracer.span('nobody sees', answer)),
    });
    const one = (figure: number) => Math.max(0, figure - ns.nothing) / perRound;
    return [
      { name: 'counter cell', unit: 'ns', value: one(ns.counter) },
      { name: 'gauge cell', unit: 'ns', value: one(ns.gauge) },
      { name: 'histogram cell', unit: 'ns', value: one(ns.histogram) },
      { name: 'logger line', unit: 'ns', value: one(ns.logger) },
      { name: 'span', unit: 'ns', value: one(ns.span) },
    ];
  },
};

export default bench;

const answer = () => 42;

function repeat(call: (index: number) => unknown): unknown {
  let last: unknown;
  for (let index = 0; index < perRound; index += 1) last = call(index);
  return last;
}
