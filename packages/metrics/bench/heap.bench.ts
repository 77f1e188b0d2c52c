import type { Bench, Case } from '../../../bench/case.ts';
import { help, labelNames, promClients, roomy, routes } from './rivals.ts';

const SERIES = 10_000;

type Add = (route: string) => void;

/** What one more series takes of memory, its label values not counted: they are there before. */
const bench: Bench = {
  name: 'heap',
  async run(): Promise<readonly Case[]> {
    const kept: unknown[] = [];
    const [original, fork] = Object.values(promClients).map(({ Counter, Histogram }) => ({
      counter(): Add {
        const counter = new Counter({ name: 'requests_total', help, labelNames, registers: [] });
        kept.push(counter);
        return (route) => counter.inc({ method: 'GET', route, status: '200' });
      },
      histogram(): Add {
        const histogram = new Histogram({ name: 'duration_seconds', help, labelNames, registers: [] });
        kept.push(histogram);
        return (route) => histogram.observe({ method: 'GET', route, status: '200' }, 1);
      },
    }));
    const ours = {
      counter(): Add {
        const counter = roomy().counter({ name: 'requests_total', help, labels: labelNames });
        kept.push(counter);
        return (route) => counter.at('GET', route, '200').inc();
      },
      histogram(): Add {
        const histogram = roomy().histogram({ name: 'duration_seconds', help, labels: labelNames });
        kept.push(histogram);
        return (route) => histogram.at('GET', route, '200').record(1);
      },
    };
    const cases: Case[] = [];
    for (const kind of ['counter', 'histogram'] as const) {
      const peers = { 'prom-client': bytesEach(original?.[kind]), platformatic: bytesEach(fork?.[kind]) };
      cases.push({ name: kind, unit: 'bytes', value: bytesEach(ours[kind]), peers });
    }
    kept.length = 0;
    return cases;
  },
};

function bytesEach(make: (() => Add) | undefined): number {
  if (make === undefined) throw new Error('nobody to measure');
  // Code and caches are made by those that do not count.
  const first = make();
  for (const route of routes(2_000)) first(route);
  const all = routes(SERIES);
  const add = make();
  const before = held();
  for (const route of all) add(route);
  const bytes = (held() - before) / SERIES;
  all.length = 0;
  return bytes;
}

function held(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  for (let time = 0; time < 3; time++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export default bench;
