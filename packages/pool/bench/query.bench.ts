import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createQueryMonitor, fingerprint } from '../src/query/index.ts';
import { KnownStatements } from '../src/query/known-statements.ts';

const statement = `SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id
  WHERE o.state IN ('open', 'paid', 'sent') AND o.total > $1 AND o.created_at > $2 ORDER BY o.id DESC LIMIT 20`;

/** What it costs to know a statement by its shape, for the first time and after that, and to watch it run. */
const bench: Bench = {
  name: 'query',
  async run(): Promise<readonly Case[]> {
    const known = new KnownStatements('standard', 1_000);
    const monitor = createQueryMonitor();
    const done = Promise.resolve(1);
    const run = () => done;
    const ns = await interleave({
      hit: () => known.find(statement),
      miss: () => fingerprint(statement),
      observed: () => monitor.observe(statement, run),
      bare: () => done.then((value) => value),
    });
    return [
      { name: 'fingerprint of a known statement', unit: 'ns', value: ns.hit, peers: { 'of an unknown one': ns.miss } },
      { name: 'observe', unit: 'ns', value: ns.observed, peers: { bare: ns.bare } },
    ];
  },
};

export default bench;
