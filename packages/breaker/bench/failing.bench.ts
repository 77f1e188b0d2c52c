import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker } from '../src/index.ts';

const down = new Error('down');
const task = async () => {
  throw down;
};
// Never reached: the breaker is to stay closed whatever fails.
const never = 2 ** 31 - 1;

async function failed(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // What it costs to get here is what is measured.
  }
}

async function filled(size: number): Promise<() => Promise<unknown>> {
  const breaker = createBreaker({ window: { type: 'count', size: never }, minimumCalls: never, failureRate: 1 });
  for (let call = 0; call < size; call++) await breaker.run(() => 1);
  return () => failed(() => breaker.run(task));
}

async function filledOpossum(size: number) {
  const breaker = new Opossum(task, { timeout: false, volumeThreshold: never, rollingCountTimeout: 3_600_000 });
  for (let call = 0; call < size; call++) await failed(() => breaker.fire());
  return { breaker, call: () => failed(() => breaker.fire()) };
}

/** What a failing call costs, by how many outcomes the window holds. */
const bench: Bench = {
  name: 'failing',
  async run(): Promise<readonly Case[]> {
    const windows = await interleave({ small: await filled(100), large: await filled(100_000) });
    const opossum = await filledOpossum(10_000);
    // A few calls are enough, and more would fill the window further while it is measured.
    const peers = await interleave({ ours: await filled(10_000), opossum: opossum.call }, { rounds: 3, roundMs: 20 });
    opossum.breaker.shutdown();
    return [
      { name: 'failing call', unit: 'ns', value: windows.small },
      { name: 'window of 100,000', unit: 'ns', value: windows.large, peers: { 'window of 100': windows.small } },
      { name: 'window of 10,000', unit: 'ns', value: peers.ours, peers: { opossum: peers.opossum } },
    ];
  },
};

export default bench;
