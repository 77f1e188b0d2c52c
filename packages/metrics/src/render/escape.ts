import type { ExpositionFormat } from '../exposition.ts';

/** A label value as it stands between its quotes, in both formats. */
export function escapeLabel(value: string): string {
  return special.test(value) ? value.replace(specials, escaped) : value;
}

/** A help text: OpenMetrics escapes quotes as well. */
export function escapeHelp(help: string, format: ExpositionFormat): string {
  if (format === 'openmetrics') return help.replace(specials, escaped);
  return help.replace(/[\\\n]/g, escaped);
}

const special = /[\\"\n]/;
const specials = /[\\"\n]/g;

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
