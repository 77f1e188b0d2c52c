import type { Span, StripChart, Tone } from './chart.ts';

const tones: Readonly<Record<string, Tone>> = { closed: 'fresh', 'half-open': 'waiting', open: 'error' };

/** Which state a breaker was in; it begins closed. */
export function statesChart(
  title: string,
  changes: readonly { readonly state: string; readonly atMs: number }[],
  endMs: number,
  spans: readonly Span[] = [],
): StripChart {
  const steps = [{ state: 'closed', atMs: 0 }, ...changes];
  return {
    kind: 'strip',
    title,
    note: 'Closed, it lets every question through. Open, it refuses at once. Half-open, it lets a few probes through to look.',
    endMs,
    spans,
    periods: steps.map(({ state, atMs }, index) => ({
      name: state,
      tone: tones[state] ?? 'waiting',
      fromMs: atMs,
      toMs: steps[index + 1]?.atMs ?? endMs,
    })),
  };
}
