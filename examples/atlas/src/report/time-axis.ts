import type { Span } from './chart.ts';
import { escapeHtml } from './escape-html.ts';

/** The frame that all charts share, so that one instant is at one place on the whole page. */
export const frame = { width: 960, left: 64, right: 16, top: 30, bottom: 28 } as const;

/** Where an instant is, from left to right. */
export function timeScale(endMs: number): (ms: number) => number {
  const width = frame.width - frame.left - frame.right;
  return (ms) => Math.round((frame.left + (Math.min(ms, endMs) / endMs) * width) * 10) / 10;
}

/** Seconds along the bottom. */
export function timeAxis(endMs: number, bottom: number): string {
  const x = timeScale(endMs);
  const seconds = endMs / 1_000;
  const step = [1, 2, 5, 10, 20, 30, 60].find((candidate) => seconds / candidate <= 14) ?? 120;
  const ticks: string[] = [];
  for (let second = 0; second <= seconds; second += step) {
    const at = x(second * 1_000);
    ticks.push(`<line class="tick" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/>`);
    ticks.push(`<text class="label" x="${at}" y="${bottom + 20}" text-anchor="middle">${second} s</text>`);
  }
  return `<line class="axis" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${bottom}" y2="${bottom}"/>${ticks.join('')}`;
}

/** The stretches in which something was wrong, named above the data. */
export function shades(spans: readonly Span[], endMs: number, bottom: number): string {
  const x = timeScale(endMs);
  return spans
    .map(({ name, fromMs, toMs }, index) => {
      const from = x(fromMs);
      const width = Math.max(2, x(toMs) - from);
      // A stretch too short for its name has it on the right, where the healthy time is.
      const inside = width > 60;
      const at = inside ? from + width / 2 : from + width + 6;
      const anchor = inside ? 'middle' : 'start';
      return (
        `<rect class="shade shade-${index % 2}" x="${from}" y="${frame.top - 6}" width="${width}" height="${bottom - frame.top + 6}"/>` +
        `<text class="label strong" x="${at}" y="${frame.top - 12}" text-anchor="${anchor}">${escapeHtml(name)}</text>`
      );
    })
    .join('');
}
