import type { ExpositionFormat } from '../exposition.ts';
import type { ParsedType } from './parsed-family.ts';

/** One line that begins with `#` and says something. */
export type Metadata =
  | { readonly kind: 'EOF' }
  | { readonly kind: 'HELP'; readonly name: string; readonly text: string }
  | { readonly kind: 'UNIT'; readonly name: string; readonly text: string }
  | { readonly kind: 'TYPE'; readonly name: string; readonly text: ParsedType };

const types: Readonly<Record<ExpositionFormat, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'summary', 'unknown', 'info', 'stateset', 'gaugehistogram'],
};

/**
 * Reads a line that begins with `#`; `undefined` for the comments that text 0.0.4 allows. Throws an `Error` that says what was
 * expected.
 */
export function parseMetadataLine(line: string, format: ExpositionFormat): Metadata | undefined {
  const isText = format === 'text';
  if (!isText && line === '# EOF') return { kind: 'EOF' };
  const pattern = isText ? textLine : openMetricsLine;
  const [, kind, name = '', text = ''] = pattern.exec(line) ?? [];
  if (kind === undefined) {
    if (isText && !/^#[ \t]+(HELP|TYPE)([ \t]|$)/.test(line)) return undefined;
    throw new Error('expected # HELP, # TYPE, # UNIT or # EOF');
  }
  if (kind === 'HELP') return { kind, name, text: unescapeHelp(text, format) };
  if (kind === 'UNIT') return { kind, name, text };
  if (kind === 'TYPE' && types[format].includes(text)) return { kind, name, text: text as ParsedType };
  throw new Error(`expected a type, got ${JSON.stringify(text)}`);
}

const openMetricsLine = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^\n]*)$/;
const textLine = /^#[ \t]+(HELP|TYPE)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+([^\n]*))?$/;

function unescapeHelp(text: string, format: ExpositionFormat): string {
  const escapes = format === 'openmetrics' ? /\\(["\\n])/g : /\\([\\n])/g;
  return text.replace(escapes, (_, character: string) => (character === 'n' ? '\n' : character));
}
