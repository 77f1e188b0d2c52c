import { systemClock } from '@xc/core';
import { expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { familiesOf } from './scraped.ts';

const help = 'Something.';
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a rendering gives the event loop a turn after each slice', async () => {
  // Each look at this clock takes a millisecond, so what a slice holds does not hang on the machine.
  let now = 0;
  const clock = { ...systemClock, monotonic: () => now++ };
  const metrics = createMetrics({ clock, sliceMs: 4, maxSeries: 10_000, selfMetrics: false });
  const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
  for (let index = 0; index < 10_000; index++) counter.at(`value-${index}`).inc();
  let turns = 0;
  let over = false;
  const scrape = metrics.scrape().finally(() => {
    over = true;
  });
  while (!over) {
    await turn();
    turns++;
  }
  const { body } = await scrape;
  expect(turns).toBeGreaterThan(body.length / 4_096 / 6);
});

test('every child is consistent while 20,000 are rendered and written', async () => {
  const metrics = createMetrics({ sliceMs: 0.2, maxSeries: 20_000, selfMetrics: false });
  const histogram = metrics.histogram({ name: 'h', help, labels: ['x'], buckets: [1, 2, 3] });
  const cells = Array.from({ length: 20_000 }, (_, index) => histogram.at(String(index)));
  for (const cell of cells) cell.record(1.5);
  let over = false;
  let written = 0;
  const scrape = familiesOf(metrics).finally(() => {
    over = true;
  });
  while (!over) {
    for (const cell of cells) cell.record(0.5 + (written++ % 4));
    await turn();
  }
  // The strict parser refuses buckets that fall and a count that is not that of +Inf.
  const [family] = await scrape;
  const children = byLabel(family?.samples ?? []);
  expect(children.size).toBe(20_000);
  for (const samples of children.values()) {
    const [one = 0, two = 0, three = 0, all = 0, sum = 0, count = 0] = samples.map(({ value }) => value);
    expect(count).toBe(all);
    // What was written is 0.5, 1.5, 2.5 and 3.5, so the buckets say what the sum is.
    expect(sum).toBeCloseTo(0.5 * one + 1.5 * (two - one) + 2.5 * (three - two) + 3.5 * (all - three), 6);
  }
  expect(written).toBeGreaterThan(20_000);
});

test('what is removed while it is rendered is not shown twice, and nothing is lost', async () => {
  const metrics = createMetrics({ sliceMs: 0.1, maxSeries: 20_000, selfMetrics: false });
  const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
  const cells = Array.from({ length: 20_000 }, (_, index) => counter.at(String(index)));
  const scrape = familiesOf(metrics);
  await turn();
  for (let index = 10_000; index < 10_100; index++) counter.remove({ x: String(index) });
  for (const cell of cells.slice(10_050)) cell.inc();
  const [family] = await scrape;
  const shown = new Set(family?.samples.map(({ labels }) => labels.x));
  expect(shown.size).toBe(family?.samples.length);
  for (let index = 0; index < 20_000; index++) {
    if (index < 10_000 || index >= 10_100) expect(shown.has(String(index))).toBe(true);
  }
  expect((await familiesOf(metrics))[0]?.samples).toHaveLength(19_950);
});

function byLabel<T extends { readonly labels: Readonly<Record<string, string>> }>(
  samples: readonly T[],
): Map<string | undefined, T[]> {
  const groups = new Map<string | undefined, T[]>();
  for (const sample of samples) groups.set(sample.labels.x, [...(groups.get(sample.labels.x) ?? []), sample]);
  return groups;
}
