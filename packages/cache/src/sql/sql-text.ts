import type { SqlToken } from './sql-tokens.ts';

/** The statement with one space where there was white space or a comment (in brackets as it was), and without what stood before and behind it. */
export function sqlText(tokens: readonly SqlToken[]): string {
  const end = tokens.findLastIndex(({ text }) => text !== ';') + 1;
  return tokens
    .slice(0, end)
    .map(({ text, gap }, at) => (at > 0 ? gap + text : text))
    .join('');
}
