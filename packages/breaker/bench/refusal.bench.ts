import * as cockatiel from 'cockatiel';
import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker } from '../src/index.ts';

const task = async () => 1;

async function caught(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

/** What a refusal costs, from the call of an open breaker to the error in the hands of the caller. */
const bench: Bench = {
  name: 'refusal',
  async run(): Promise<readonly Case[]> {
    const ours = createBreaker();
    ours.open(2 ** 31 - 1);
    const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 2 ** 31 - 1,
      breaker: new cockatiel.ConsecutiveBreaker(1),
    });
    await caught(() => theirs.execute(() => Promise.reject(new Error('down'))));
    const opossum = new Opossum(task, { timeout: false, resetTimeout: 2 ** 31 - 1 });
    opossum.open();
    const ns = await interleave({
      ours: () => caught(() => ours.run(task)),
      cockatiel: () => caught(() => theirs.execute(task)),
      opossum: () => caught(() => opossum.fire()),
    });
    opossum.shutdown();
    return [
      { name: 'against cockatiel', unit: 'ns', value: ns.ours, peers: { cockatiel: ns.cockatiel } },
      { name: 'against opossum', unit: 'ns', value: ns.ours, peers: { opossum: ns.opossum } },
    ];
  },
};

export default bench;
