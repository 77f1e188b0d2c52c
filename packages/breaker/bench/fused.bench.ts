import { compose } from '@xc/core';
import * as cockatiel from 'cockatiel';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreaker, pipeline, retry, timeout } from '../src/index.ts';

const task = async () => 1;
const reads = async ({ signal }: { readonly signal: AbortSignal }) => signal.aborted;
const policies = () => [retry(), createBreaker(), timeout(5_000)];
const rival = () =>
  cockatiel.wrap(
    cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }),
    cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 30_000,
      breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    }),
    cockatiel.timeout(5_000, cockatiel.TimeoutStrategy.Aggressive),
  );

/** What a call costs that goes well through retry, breaker and timeout. */
const bench: Bench = {
  name: 'fused',
  async run(): Promise<readonly Case[]> {
    const [fused, nested, theirs] = [pipeline(policies()), compose(...policies()), rival()];
    const parent = new AbortController();
    const unread = await interleave({
      fused: () => fused.run(task),
      nested: () => nested.run(task),
      cockatiel: () => theirs.execute(task),
      floor: task,
    });
    const read = await interleave({
      fused: () => fused.run(reads, parent),
      cockatiel: () => theirs.execute(reads, parent.signal),
    });
    return [
      {
        name: 'retry, breaker, timeout',
        unit: 'ns',
        value: unread.fused,
        peers: { cockatiel: unread.cockatiel, floor: unread.floor },
      },
      { name: 'pipeline against nesting', unit: 'ns', value: unread.fused, peers: { nested: unread.nested } },
      {
        name: 'signal read, parent signal given',
        unit: 'ns',
        value: read.fused,
        peers: { cockatiel: read.cockatiel },
      },
    ];
  },
};

export default bench;
