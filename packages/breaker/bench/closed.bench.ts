import * as cockatiel from 'cockatiel';
import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker } from '../src/index.ts';

const task = async () => 1;

/** The least a breaker could do, by hand: counts, and never comes back. */
function counterBreaker(): () => Promise<number> {
  let calls = 0;
  let failures = 0;
  return async () => {
    if (calls >= 20 && failures / calls >= 0.5) throw new Error('open');
    calls++;
    try {
      return await task();
    } catch (error) {
      failures++;
      throw error;
    }
  };
}

/** What a call costs that goes well through a closed breaker, with no timeout anywhere. */
const bench: Bench = {
  name: 'closed',
  async run(): Promise<readonly Case[]> {
    const ours = createBreaker();
    const counted = createBreaker({ window: { type: 'count', size: 100 } });
    const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 30_000,
      breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    });
    const opossum = new Opossum(task, { timeout: false });
    const ns = await interleave({
      ours: () => ours.run(task),
      counted: () => counted.run(task),
      cockatiel: () => theirs.execute(task),
      opossum: () => opossum.fire(),
      'by hand': counterBreaker(),
      floor: task,
    });
    opossum.shutdown();
    const { ours: time, counted: count, opossum: slower, ...peers } = ns;
    return [
      { name: 'success', unit: 'ns', value: time, peers },
      { name: 'success against opossum', unit: 'ns', value: time, peers: { opossum: slower } },
      { name: 'success, count window', unit: 'ns', value: count, peers },
    ];
  },
};

export default bench;
