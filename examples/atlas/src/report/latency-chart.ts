import type { Sample } from '../load/sample.ts';
import { percentile } from '../statistics/percentile.ts';
import { slots } from '../statistics/slots.ts';
import type { LineChart, Span, Tone } from './chart.ts';

const SLOT_MS = 500;

/** The p95 and p50 of every half second, by the moment the visitor came. */
export function latencyChart(
  title: string,
  services: readonly { readonly name: string; readonly tone: Tone; readonly samples: readonly Sample[] }[],
  endMs: number,
  spans: readonly Span[] = [],
): LineChart {
  return {
    kind: 'lines',
    title,
    note: 'From the moment a visitor comes to the last byte of the answer: p95 (bold) and p50 of every half second. Logarithmic.',
    endMs,
    spans,
    lines: services.flatMap(({ name, tone, samples }) => {
      const cut = slots(samples, ({ atMs }) => atMs, SLOT_MS, endMs).map(({ from, items }) => ({
        atMs: from + SLOT_MS / 2,
        latencies: items.map(({ latencyMs }) => latencyMs),
      }));
      const points = (share: number) => cut.map(({ atMs, latencies }) => ({ atMs, ms: percentile(latencies, share) }));
      return [
        { name: `p50 ${name}`, tone, thin: true, points: points(0.5) },
        { name: `p95 ${name}`, tone, points: points(0.95) },
      ];
    }),
  };
}
