import * as cockatiel from 'cockatiel';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { bulkhead, createBreaker, fallback, pipeline, retry, timeout } from '../src/index.ts';

const task = async () => 1;

/** What a call costs that goes well through everything in the recommended order. */
const bench: Bench = {
  name: 'full',
  async run(): Promise<readonly Case[]> {
    const ours = pipeline([
      fallback(() => 0),
      timeout(10_000),
      retry(),
      createBreaker(),
      bulkhead(100, { maxQueue: 100 }),
      timeout(5_000),
    ]);
    const theirs = cockatiel.wrap(
      cockatiel.fallback(cockatiel.handleAll, 0),
      cockatiel.timeout(10_000, cockatiel.TimeoutStrategy.Aggressive),
      cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }),
      cockatiel.circuitBreaker(cockatiel.handleAll, {
        halfOpenAfter: 30_000,
        breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
      }),
      cockatiel.bulkhead(100, 100),
      cockatiel.timeout(5_000, cockatiel.TimeoutStrategy.Aggressive),
    );
    const ns = await interleave({ ours: () => ours.run(task), cockatiel: () => theirs.execute(task), floor: task });
    return [
      {
        name: 'fallback, timeout, retry, breaker, bulkhead, timeout',
        unit: 'ns',
        value: ns.ours,
        peers: { cockatiel: ns.cockatiel, floor: ns.floor },
      },
    ];
  },
};

export default bench;
