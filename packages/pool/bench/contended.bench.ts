import generic from 'generic-pool';
import { createPool as createLightning } from 'lightning-pool';
import { Pool as Tarn } from 'tarn';
import type { Bench } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { createPool } from '../src/index.ts';

/** One pair of acquire and release, with the resource held for one microtask. */
type Pair = () => Promise<void>;

const rounds = settings.quick ? 3 : 15;

/** What a pair costs when many callers share ten resources. */
const bench: Bench = {
  name: 'contended',
  async run() {
    const create = async () => ({});
    const destroy = async () => {};
    const options = { max: 10, acquireTimeoutMs: 60_000 };
    const ours = createPool({ create, destroy }, options);
    const generics = generic.createPool({ create, destroy }, { max: 10 });
    const lightning = createLightning({ create, destroy }, { max: 10, maxQueue: 100_000 });
    const tarn = new Tarn({ create, destroy, min: 0, max: 10 });
    const pairs: Record<string, Pair> = {
      ours: async () => {
        const lease = await ours.acquire();
        await undefined;
        lease.release();
      },
      'generic-pool': async () => {
        const resource = await generics.acquire();
        await undefined;
        void generics.release(resource);
      },
      'lightning-pool': async () => {
        const resource = await lightning.acquire();
        await undefined;
        lightning.release(resource);
      },
      tarn: async () => {
        const resource = await tarn.acquire().promise;
        await undefined;
        tarn.release(resource);
      },
    };
    const callers = await inTurns(pairs, (pair) => loops(pair, 100, settings.quick ? 20 : 100));
    const { tarn: _, ...three } = pairs;
    const crowd = await inTurns(three, (pair) => loops(pair, 10_000, 1));
    const latencies: number[] = [];
    await loops(
      async () => {
        const start = performance.now();
        const lease = await ours.acquire();
        latencies.push(performance.now() - start);
        await undefined;
        lease.release();
      },
      100,
      settings.quick ? 50 : 1_000,
    );
    await Promise.all([ours.drain(), generics.drain(), lightning.close(true), tarn.destroy()]);
    const perSecond = split(callers, (ns) => 1e9 / ns);
    const lightningOnly = { 'lightning-pool': perSecond.peers['lightning-pool'] ?? Number.NaN };
    return [
      { name: '100 callers over 10', unit: 'ops/s', ...perSecond },
      {
        name: '100 callers over 10, against lightning-pool',
        unit: 'ops/s',
        value: perSecond.value,
        peers: lightningOnly,
      },
      { name: '100 callers over 10, p99 of the wait', unit: 'ms', value: quantile(latencies, 0.99) },
      { name: '10,000 waiters over 10', unit: 'ns', ...split(crowd, (ns) => ns) },
    ];
  },
};

/** Median nanoseconds of a pair, each rival a round at a time. */
async function inTurns(
  pairs: Readonly<Record<string, Pair>>,
  round: (pair: Pair) => Promise<number>,
): Promise<Record<string, number>> {
  const figures: Record<string, number[]> = {};
  const names = Object.keys(pairs);
  for (const name of names) {
    await round(pairs[name] as Pair);
    figures[name] = [];
  }
  for (let turn = 0; turn < rounds; turn++) {
    globalThis.gc?.();
    const first = turn % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      figures[name]?.push(await round(pairs[name] as Pair));
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures[name] ?? [])]));
}

/** Nanoseconds of a pair when so many callers make so many pairs each. */
async function loops(pair: Pair, callers: number, times: number): Promise<number> {
  const caller = async () => {
    for (let time = 0; time < times; time++) await pair();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  return ((performance.now() - start) * 1e6) / (callers * times);
}

function split(figures: Readonly<Record<string, number>>, unit: (ns: number) => number) {
  const { ours = Number.NaN, ...others } = figures;
  const peers = Object.fromEntries(Object.entries(others).map(([name, ns]) => [name, unit(ns)]));
  return { value: unit(ours), peers };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

export default bench;
