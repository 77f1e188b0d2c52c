import type { Clock } from '@xc/core';
import type { ExpositionFormat } from '../exposition.ts';
import { Page } from './page.ts';
import type { Section } from './section.ts';

/** How a rendering behaves. */
export interface RenderOptions {
  readonly format: ExpositionFormat;
  readonly clock: Clock;
  readonly sliceMs: number;
  /** How many bytes the last one had. */
  readonly expectedBytes: number;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Rendered {
  readonly bytes: Uint8Array;
  readonly series: number;
}

/** So much text between two looks at the clock: some ten microseconds. */
const TEXT_BETWEEN_LOOKS = 4_096;

/**
 * Writes all sections, and gives the event loop a turn whenever `sliceMs` have passed. A part is never cut in two.
 *
 * @throws the reason of `signal`, at the next turn.
 */
export async function render(sections: readonly Section[], options: RenderOptions): Promise<Rendered> {
  const { format, clock, sliceMs, signal } = options;
  const page = new Page(options.expectedBytes);
  let series = 0;
  let until = clock.monotonic() + sliceMs;
  let written = 0;
  for (const section of [...sections].sort(byName)) {
    page.add(section.header);
    const { length } = section;
    for (let index = 0; index < length; index++) {
      const text = section.part(index);
      if (text === '') continue;
      series++;
      page.add(text);
      written += text.length;
      if (written < TEXT_BETWEEN_LOOKS) continue;
      written = 0;
      if (clock.monotonic() < until) continue;
      await turn();
      signal.throwIfAborted();
      until = clock.monotonic() + sliceMs;
    }
  }
  if (format === 'openmetrics') page.add('# EOF\n');
  return { bytes: page.finish(), series };
}

function byName(a: Section, b: Section): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
