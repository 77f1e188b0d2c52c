import * as cockatiel from 'cockatiel';
import Opossum from 'opossum';
import type { Bench, Case } from '../../../bench/case.ts';
import { createBreaker } from '../src/index.ts';

const task = async () => 1;
// So many that what the compiler leaves on the heap meanwhile does not show.
const samples = 20_000;

interface Footprint {
  readonly bytes: number;
  readonly timers: number;
}

/** One subject, and how it is called. */
interface Made {
  readonly subject: unknown;
  call(): Promise<unknown>;
}

/** Heap and timers that one more subject takes, after some calls went through. */
async function footprint(make: () => Made, clean: () => void = () => {}): Promise<Footprint> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  const kept: unknown[] = [];
  const grow = async (count: number) => {
    for (let made = 0; made < count; made++) {
      const { subject, call } = make();
      for (let calls = 0; calls < 10; calls++) await call();
      kept.push(subject);
    }
  };
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const { heapUsed, external } = process.memoryUsage();
    return { bytes: heapUsed + external, timers: process.getActiveResourcesInfo().filter(isTimer).length };
  };
  await grow(100);
  const before = await settled();
  await grow(samples);
  const after = await settled();
  clean();
  kept.length = 0;
  return { bytes: (after.bytes - before.bytes) / samples, timers: (after.timers - before.timers) / samples };
}

function isTimer(resource: string): boolean {
  return resource === 'Timeout' || resource === 'Immediate';
}

/** What one breaker takes of memory, and which timers it keeps. */
const bench: Bench = {
  name: 'heap',
  async run(): Promise<readonly Case[]> {
    const time = await footprint(() => {
      const breaker = createBreaker({ window: { type: 'time', lengthMs: 10_000, buckets: 10 } });
      return { subject: breaker, call: () => breaker.run(task) };
    });
    const count = await footprint(() => {
      const breaker = createBreaker({ window: { type: 'count', size: 100 } });
      return { subject: breaker, call: () => breaker.run(task) };
    });
    const theirs = await footprint(() => {
      const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
        halfOpenAfter: 30_000,
        breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
      });
      return { subject: breaker, call: () => breaker.execute(task) };
    });
    const opossums: Opossum<number>[] = [];
    const opossum = await footprint(
      () => {
        const breaker = new Opossum(task, { timeout: false });
        opossums.push(breaker);
        return { subject: breaker, call: () => breaker.fire() };
      },
      () => {
        for (const breaker of opossums) breaker.shutdown();
      },
    );
    const beside = (name: string, { bytes }: Footprint): Case[] => [
      { name, unit: 'bytes', value: bytes, peers: { cockatiel: theirs.bytes } },
      { name: `${name}, against opossum`, unit: 'bytes', value: bytes, peers: { opossum: opossum.bytes } },
    ];
    return [
      ...beside('time window of 10 buckets', time),
      ...beside('count window of 100', count),
      { name: 'timers', unit: 'count', value: time.timers, peers: { opossum: opossum.timers } },
    ];
  },
};

export default bench;
