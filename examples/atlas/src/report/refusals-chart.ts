import type { Sample } from '../load/sample.ts';
import { slots } from '../statistics/slots.ts';
import type { Span, StackChart } from './chart.ts';

const SLOT_MS = 200;
const results = ['fresh', 'refused', 'error'] as const;

/** What became of the visits of somebody who comes too often. */
export function refusalsChart(
  title: string,
  samples: readonly Sample[],
  endMs: number,
  spans: readonly Span[],
): StackChart {
  return {
    kind: 'stack',
    title,
    note: 'Visits of every fifth of a second, by what came of them.',
    endMs,
    spans,
    layers: [
      { name: 'let in', tone: 'fresh' },
      { name: 'refused', tone: 'stale' },
      { name: 'error', tone: 'error' },
    ],
    slotMs: SLOT_MS,
    slots: slots(samples, ({ atMs }) => atMs, SLOT_MS, endMs).map(({ from, items }) => ({
      fromMs: from,
      counts: results.map((result) => items.filter((sample) => sample.result === result).length),
    })),
  };
}
