import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { help, labelNames, openTelemetry, promClients, roomy, routes } from './rivals.ts';

/** What a write costs that finds its cell by three label values each time, and whether more series make that dearer. */
const bench: Bench = {
  name: 'at',
  async run(): Promise<readonly Case[]> {
    const some = routes(64);
    let turn = 0;
    const next = () => some[turn++ & 63] as string;
    const ours = roomy().counter({ name: 'requests_total', help, labels: labelNames });
    const [original, fork] = Object.values(promClients).map(
      ({ Counter }) => new Counter({ name: 'requests_total', help, labelNames, registers: [] }),
    );
    const otel = openTelemetry().counter;
    const { ours: value, ...peers } = await interleave({
      ours: () => ours.at('GET', next(), '200').inc(),
      'prom-client': () => original?.inc({ method: 'GET', route: next(), status: '200' }),
      platformatic: () => fork?.inc({ method: 'GET', route: next(), status: '200' }),
      opentelemetry: () => otel.add(1, { method: 'GET', route: next(), status: '200' }),
    });
    return [{ name: 'three labels', unit: 'ns', value, peers }, await growth()];
  },
};

/** The same 64 series are asked for, so that what grows is not the misses of the processor's cache. */
async function growth(): Promise<Case> {
  const asked = routes(64);
  let turn = 0;
  const next = () => asked[turn++ & 63] as string;
  const of = (count: number) => {
    const counter = roomy().counter({ name: 'requests_total', help, labels: labelNames });
    for (const route of routes(count)) counter.at('GET', route, '200');
    return () => counter.at('GET', next(), '200').inc();
  };
  const { large, small } = await interleave({ large: of(100_000), small: of(100) });
  return { name: '100,000 series', unit: 'ns', value: large, peers: { '100 series': small } };
}

export default bench;
