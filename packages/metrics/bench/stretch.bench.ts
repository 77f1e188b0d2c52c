import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { help, labelNames, promClients, roomy, routes } from './rivals.ts';

const SERIES = 100_000;

/** For how long a scrape of 100,000 series lets nothing else run. */
const bench: Bench = {
  name: 'stretch',
  async run(): Promise<readonly Case[]> {
    const all = routes(SERIES);
    const metrics = roomy();
    const counter = metrics.counter({ name: 'requests_total', help, labels: labelNames });
    for (const route of all) counter.at('GET', route, '200').inc();
    const theirs = Object.values(promClients).map(({ Counter, Registry }) => {
      const registry = new Registry();
      const rival = new Counter({ name: 'requests_total', help, labelNames, registers: [registry] });
      for (const route of all) rival.inc({ method: 'GET', route, status: '200' });
      return registry;
    });
    const rivals = [
      () => metrics.scrape(),
      () => metrics.scrape({ acceptEncoding: 'gzip' }),
      ...theirs.map((registry) => () => registry.metrics()),
    ];
    const stretches = rivals.map((): number[] => []);
    for (let round = 0; round < Math.min(settings.rounds, 11); round++) {
      for (const [index, rival] of rivals.entries()) {
        // The memory of the one before is not to be paid for by the next.
        globalThis.gc?.();
        stretches[index]?.push(await longestStretch(rival));
      }
    }
    const [ours = 0, compressed = 0, original = 0, fork = 0] = stretches.map(median);
    const peers = { 'prom-client': original, platformatic: fork };
    return [
      { name: '100,000 series', unit: 'ms', value: ours, peers },
      { name: '100,000 series, compressed', unit: 'ms', value: compressed, peers },
    ];
  },
};

/** The longest time between two turns of the event loop while `work` goes on. */
async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let over = false;
  let last = performance.now();
  const turns = (async () => {
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
  })();
  await work();
  over = true;
  await turns;
  return longest;
}

export default bench;
