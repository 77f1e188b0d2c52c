import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { CircuitBreaker } from '../src/opossum/index.ts';

const task = async () => 1;

async function closedCall(name: string, options: Readonly<Record<string, unknown>>): Promise<Case> {
  const ours = new CircuitBreaker(task, options);
  const theirs = new Opossum(task, options);
  const ns = await interleave({ ours: () => ours.fire(), opossum: () => theirs.fire() });
  ours.shutdown();
  theirs.shutdown();
  return { name, unit: 'ns', value: ns.ours, peers: { opossum: ns.opossum } };
}

/** What a call costs that goes well through the facade of opossum, beside opossum itself. */
const bench: Bench = {
  name: 'facade',
  async run() {
    return [
      await closedCall('closed call', { timeout: false }),
      await closedCall('closed call with a timeout', { timeout: 10_000 }),
    ];
  },
};

export default bench;
