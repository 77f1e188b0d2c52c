import { expect, test } from 'vitest';
import { program } from '../src/acts/program.ts';
import type { Sample } from '../src/load/sample.ts';
import { answersChart } from '../src/report/answers-chart.ts';
import { drawChart } from '../src/report/draw-chart.ts';
import { latencyChart } from '../src/report/latency-chart.ts';
import { reportPage } from '../src/report/page.ts';
import { statesChart } from '../src/report/states-chart.ts';

const sample = (atMs: number, latencyMs: number, result: Sample['result']): Sample => ({
  kind: 'city',
  atMs,
  latencyMs,
  result,
});
const samples = [sample(100, 2, 'fresh'), sample(1_200, 1_000, 'stale'), sample(1_300, 5_000, 'error')];
const spans = [{ name: 'stalled & silent', fromMs: 1_000, toMs: 1_500 }];
const charts = [
  latencyChart('Wait', [{ name: 'all', tone: 'after', samples }], 2_000, spans),
  answersChart('Answers', samples, 2_000, spans),
  statesChart('States', [{ state: 'open', atMs: 1_000 }], 2_000, spans),
];

test.each(charts.map((chart) => [chart.kind, chart] as const))(
  'draws %s without a coordinate that is no number',
  (_, chart) => {
    const drawn = drawChart(chart);
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
    expect(drawn).toContain('stalled &amp; silent');
    expect(drawn).toContain('class="shade');
  },
);

test('leaves a gap in the line where nobody came', () => {
  const [chart] = charts;
  const drawn = chart === undefined ? '' : drawChart(chart);
  const [, path = ''] = /class="line after" d="([^"]+)"/.exec(drawn) ?? [];
  expect(path.match(/M/g)).toHaveLength(2);
});

test('draws charts of a run in which nothing happened', () => {
  for (const chart of [
    latencyChart('Wait', [{ name: 'all', tone: 'after', samples: [] }], 2_000),
    answersChart('Answers', [], 2_000),
  ]) {
    expect(drawChart(chart)).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test('counts every answer in one bar and one layer', () => {
  expect(answersChart('Answers', samples, 2_000).slots.map(({ counts }) => counts)).toEqual([
    [1, 0, 0],
    [0, 0, 0],
    [0, 1, 1],
    [0, 0, 0],
  ]);
});

test('a breaker is closed until it changes, and stays in its last state to the end', () => {
  expect(statesChart('States', [{ state: 'open', atMs: 1_000 }], 2_000).periods).toMatchObject([
    { name: 'closed', fromMs: 0, toMs: 1_000 },
    { name: 'open', fromMs: 1_000, toMs: 2_000 },
  ]);
});

test('is one page that fetches nothing', () => {
  const [act] = program;
  if (act === undefined) throw new Error('the program is empty');
  const played = [{ act, performance: { figures: [], charts }, failure: undefined, verdicts: [] }];
  const page = reportPage({ played, seed: 1, machine: '<machine>', at: new Date(0) });
  expect(page).toContain('&lt;machine&gt;');
  expect(page).toContain('GeoNames (geonames.org), CC BY 4.0');
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).not.toMatch(/https?:|<script|<link|url\(|@import/);
});
