import type { Figure } from '../acts/act.ts';
import { allHeld, type Outcome, type Played } from './outcome.ts';
import { sayFigure } from './say-figure.ts';

/** The end of the demo in plain text: the figures of every act, then every promise and whether it was held. */
export function printTable(outcome: Outcome): string {
  const figures = outcome.played.flatMap(({ act, performance }) =>
    (performance?.figures ?? []).map((figure, index) => figureRow(index === 0 ? act.name : '', figure)),
  );
  const promises = outcome.played.flatMap(({ verdicts }) =>
    verdicts.map(({ act, promise, measured, held }) => [
      act,
      promise,
      measured === undefined ? 'not measured' : sayFigure(measured.value, measured.unit),
      held ? 'yes' : 'NO',
    ]),
  );
  const parts = [columns([['act', 'figure', 'measured', 'without us'], ...figures])];
  if (promises.length > 0) parts.push(columns([['act', 'promise', 'measured', 'held'], ...promises]));
  return `${[...parts, ...complaints(outcome)].join('\n\n')}\n`;
}

function figureRow(act: string, { says, unit, value, before }: Figure): string[] {
  return [act, says, sayFigure(value, unit), before === undefined ? '' : sayFigure(before, unit)];
}

function complaints(outcome: Outcome): string[] {
  if (allHeld(outcome)) return [];
  return [outcome.played.flatMap(complaintsOf).join('\n')];
}

function complaintsOf({ act, failure, verdicts }: Played): string[] {
  const broken = verdicts.filter(({ held }) => !held).map(({ promise }) => `not held: ${act.name}: ${promise}`);
  return failure === undefined ? broken : [`broke off: ${act.name}: ${failure}`, ...broken];
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [head, rule, ...body].map((line) => `  ${line}`).join('\n');
}
