import * as cockatiel from 'cockatiel';
import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker, pipeline, timeout } from '../src/index.ts';

const task = async () => 1;

/** What a call costs that goes well through a closed breaker with a timeout inside. */
const bench: Bench = {
  name: 'timeout',
  async run(): Promise<readonly Case[]> {
    const ours = pipeline([createBreaker(), timeout(5_000)]);
    const opossum = new Opossum(task, { timeout: 5_000 });
    const theirs = cockatiel.wrap(
      cockatiel.circuitBreaker(cockatiel.handleAll, {
        halfOpenAfter: 30_000,
        breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
      }),
      cockatiel.timeout(5_000, cockatiel.TimeoutStrategy.Aggressive),
    );
    const ns = await interleave({
      ours: () => ours.run(task),
      opossum: () => opossum.fire(),
      cockatiel: () => theirs.execute(task),
      floor: task,
    });
    opossum.shutdown();
    const { opossum: opossumNs, cockatiel: cockatielNs, floor } = ns;
    return [
      {
        name: 'closed with a timeout',
        unit: 'ns',
        value: ns.ours,
        peers: { opossum: opossumNs, cockatiel: cockatielNs, floor },
      },
      { name: 'against opossum', unit: 'ns', value: ns.ours, peers: { opossum: opossumNs } },
      { name: 'against cockatiel', unit: 'ns', value: ns.ours, peers: { cockatiel: cockatielNs } },
    ];
  },
};

export default bench;
