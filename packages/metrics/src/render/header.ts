import type { ExpositionFormat } from '../exposition.ts';
import { escapeHelp } from './escape.ts';

/** What a header says; `type` is in the words of the format. */
export interface HeaderFacts {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit?: string | undefined;
}

/** The lines before the samples of a family. */
export function headerText({ name, help, type, unit }: HeaderFacts, format: ExpositionFormat): string {
  const text = `# HELP ${name} ${escapeHelp(help, format)}\n# TYPE ${name} ${type}\n`;
  // A unit that is not in the name is against OpenMetrics, and text 0.0.4 knows none.
  const showsUnit = format === 'openmetrics' && unit !== undefined && unit !== '' && name.endsWith(`_${unit}`);
  return showsUnit ? `${text}# UNIT ${name} ${unit}\n` : text;
}
