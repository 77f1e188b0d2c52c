import { expect, test } from 'vitest';
import type { Declaration } from '../declaration.ts';
import { dashboardFor } from './dashboard-for.ts';
import type { GrafanaPanel } from './grafana-dashboard.ts';

const declarations: readonly Declaration[] = [
  { name: 'shop_orders_total', help: 'Orders that were paid.', type: 'counter', labels: ['currency'] },
  { name: 'shop_visits', help: '', type: 'counter', labels: [] },
  { name: 'shop_memory_bytes', help: 'Memory.', type: 'gauge', labels: ['kind'], unit: 'bytes' },
  { name: 'pay_seconds', help: 'Time to pay.', type: 'histogram', labels: ['bank'], unit: 'seconds', buckets: [1, 2] },
];

function panels(): (GrafanaPanel & { readonly row: string })[] {
  let row = '';
  return dashboardFor(declarations, { title: 'Shop' }).panels.flatMap((panel) => {
    if (panel.type !== 'row') return [{ ...panel, row }];
    row = panel.title;
    return [];
  });
}

const filter = 'job=~"$job",instance=~"$instance"';

test('shows counters as rates, gauges as they are, histograms as rate and percentiles', () => {
  expect(
    panels().map(({ row, title, fieldConfig, targets }) => [
      row,
      title,
      fieldConfig.defaults.unit,
      targets.map(({ expr }) => expr),
    ]),
  ).toEqual([
    [
      'pay',
      'pay_seconds, how many a second',
      'ops',
      [`sum by (bank) (rate(pay_seconds_count{${filter}}[$__rate_interval]))`],
    ],
    [
      'pay',
      'pay_seconds',
      's',
      [0.5, 0.95, 0.99].map(
        (q) => `histogram_quantile(${q}, sum by (le) (rate(pay_seconds_bucket{${filter}}[$__rate_interval])))`,
      ),
    ],
    ['shop', 'shop_memory_bytes', 'bytes', [`shop_memory_bytes{${filter}}`]],
    [
      'shop',
      'shop_orders_total, a second',
      'ops',
      [`sum by (currency) (rate(shop_orders_total{${filter}}[$__rate_interval]))`],
    ],
    [
      'shop',
      'shop_visits, a second',
      'ops',
      [`sum (rate({${filter},__name__=~"shop_visits(_total)?"}[$__rate_interval]))`],
    ],
  ]);
});

test('explains each panel with the help of its metric', () => {
  expect(panels().map(({ description }) => description)).toEqual([
    'Time to pay.',
    'Time to pay.',
    'Memory.',
    'Orders that were paid.',
    'shop_visits',
  ]);
});

test('refuses to show nothing', () => {
  expect(() => dashboardFor([], { title: 'Empty' })).toThrow('a dashboard must have a panel');
});
