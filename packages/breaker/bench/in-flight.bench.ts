import * as cockatiel from 'cockatiel';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker } from '../src/index.ts';

const callers = 100;
const turn = async () => {
  await undefined;
  return 1;
};

function together(call: () => Promise<unknown>): () => Promise<unknown> {
  return () => Promise.all(Array.from({ length: callers }, call));
}

/** A hundred callers at a time in one closed breaker: calls a second. */
const bench: Bench = {
  name: 'in-flight',
  async run(): Promise<readonly Case[]> {
    const ours = createBreaker();
    const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 30_000,
      breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    });
    const ns = await interleave({
      ours: together(() => ours.run(turn)),
      cockatiel: together(() => theirs.execute(turn)),
    });
    const perSecond = (batchNs: number) => (callers * 1e9) / batchNs;
    return [
      {
        name: 'a hundred callers',
        unit: 'ops/s',
        value: perSecond(ns.ours),
        peers: { cockatiel: perSecond(ns.cockatiel) },
      },
    ];
  },
};

export default bench;
