import assert from 'node:assert/strict';
import {
  Counted,
  createMetrics,
  defineBusiness,
  instrumentDatabase,
  Timed,
} from '@xc/metrics';
import { seriesOf } from '@xc/metrics/testing';

const metrics = createMetrics();

// Plain facts in: any driver will do.
const database = instrumentDatabase(metrics, {
  system: 'postgresql',
  slowMs: 0,
  onSlow: ({ statement }) => slow.push(statement),
});
const slow: (string | undefined)[] = [];
const call = database.begin({
  sql: "select name from users where email = 'ada@example.org'",
});
call.end({ rows: 1 });
assert.deepEqual(seriesOf(metrics, 'db_query_duration_seconds'), {
  'postgresql,SELECT,ok': 1,
});
// Never a value.
assert.deepEqual(slow, ['select name from users where email = ?']);

// A method, in both decorator dialects.
class Orders {
  @Counted(metrics, { name: 'orders_total', help: 'Orders.' })
  @Timed(metrics, { name: 'order_duration_seconds', help: 'Orders.' })
  async pay(id: string): Promise<string> {
    if (id === '') throw new Error('no id');
    return id;
  }
}
await new Orders().pay('7');
await new Orders().pay('').catch(() => {});
assert.deepEqual(seriesOf(metrics, 'orders_total'), { ok: 1, error: 1 });

// What the business counts, with somebody who answers for it.
const business = defineBusiness(metrics, {
  ordersPaid: {
    counter: 'orders_paid_total',
    help: 'Orders that were paid.',
    labels: ['currency'],
    owner: 'checkout',
  },
});
business.ordersPaid.at('EUR').inc();
assert.match(business.toMarkdown(), /orders_paid_total .* checkout/);
