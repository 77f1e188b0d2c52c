import type { Result, Sample } from '../load/sample.ts';
import { slots } from '../statistics/slots.ts';
import type { Span, StackChart } from './chart.ts';

const SLOT_MS = 500;
const results: readonly Result[] = ['fresh', 'stale', 'error'];

/** What visitors got in the end, by the moment they came. */
export function answersChart(
  title: string,
  samples: readonly Sample[],
  endMs: number,
  spans: readonly Span[] = [],
): StackChart {
  return {
    kind: 'stack',
    title,
    note: 'Visitors of every half second, by what they got in the end. Who waits five seconds in vain leaves, and counts as an error.',
    endMs,
    spans,
    layers: [
      { name: 'fresh', tone: 'fresh' },
      { name: 'stale, from memory', tone: 'stale' },
      { name: 'error', tone: 'error' },
    ],
    slotMs: SLOT_MS,
    slots: slots(samples, ({ atMs }) => atMs, SLOT_MS, endMs).map(({ from, items }) => ({
      fromMs: from,
      counts: results.map((result) => items.filter((sample) => sample.result === result).length),
    })),
  };
}
