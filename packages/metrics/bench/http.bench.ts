import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { instrumentHttpServer } from '../src/index.ts';
import { help, labelNames, promClients, roomy, routes } from './rivals.ts';

/** What the HTTP server instrument adds to a request, beside one record of a rival and one look-up in a map. */
const bench: Bench = {
  name: 'http',
  async run(): Promise<readonly Case[]> {
    const some = routes(64);
    let turn = 0;
    const next = () => some[turn++ & 63] as string;
    const http = instrumentHttpServer(roomy());
    const [original, fork] = Object.values(promClients).map(({ Histogram }) => {
      const histogram = new Histogram({ name: 'duration_seconds', help, labelNames, registers: [] });
      const bound = new Map(some.map((route) => [route, histogram.labels('GET', route, '200')]));
      return () => bound.get(next())?.observe(0.02);
    });
    const { ours, ...peers } = await interleave({
      ours: () => http.begin({ method: 'GET' }).end({ route: next(), status: 200 }),
      'sizes as well': () =>
        http.begin({ method: 'GET', requestBytes: 100 }).end({ route: next(), status: 200, responseBytes: 2_000 }),
      'prom-client': () => original?.(),
      platformatic: () => fork?.(),
    });
    return [{ name: 'begin and end', unit: 'ns', value: ours, peers }];
  },
};

export default bench;
