import assert from 'node:assert/strict';
import { createMetrics, instrumentHttpServer } from '@xc/metrics';
import {
  dashboard,
  dashboardFor,
  httpDashboard,
} from '@xc/metrics/dashboards';

const metrics = createMetrics({ selfMetrics: false });
instrumentHttpServer(metrics);
metrics.counter({
  name: 'orders_paid_total',
  help: 'Orders that were paid.',
  labels: ['currency'],
});

// Everything that is declared: a panel each, or two.
const all = dashboardFor(metrics.declarations(), { title: 'Shop' });
const titles = all.panels.map(({ title }) => title);
assert.ok(titles.includes('orders_paid_total, a second'));

// Ready to use: rate, errors, duration by route.
const http = httpDashboard({ title: 'Shop, HTTP', match: 'env="prod"' });
assert.notEqual(http.uid, all.uid);

// By hand: say what, and where it stands follows.
const orders = dashboard({
  title: 'Orders',
  rows: [
    {
      title: 'Paid',
      panels: [
        {
          title: 'Orders by currency',
          description:
            'Paid orders in a second. None for an hour is wrong.',
          queries: [
            {
              expr: 'sum by (currency) (rate(orders_paid_total{job=~"$job",instance=~"$instance"}[$__rate_interval]))',
              legend: '{{currency}}',
            },
          ],
        },
      ],
    },
  ],
});
// The file that Grafana provisions, as it is.
assert.equal(JSON.parse(JSON.stringify(orders)).schemaVersion, 39);
