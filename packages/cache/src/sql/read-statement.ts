import { classifyTokens, type SqlKind } from './classify-sql.ts';
import { sqlText } from './sql-text.ts';
import { sqlTokens } from './sql-tokens.ts';

/** What is known of a statement once it was looked at. */
export interface Statement {
  readonly kind: SqlKind;
  /** Without comments and with plain white space: the same for statements that differ in nothing else. */
  readonly text: string;
}

/** Programs have few statements; one that builds them must not fill the memory with them. */
const REMEMBERED = 1_000;

/** Looks at each statement once. */
export function statementReader(): (sql: string) => Statement {
  const known = new Map<string, Statement>();
  return (sql) => {
    const before = known.get(sql);
    if (before !== undefined) return before;
    const statement = readStatement(sql);
    if (known.size === REMEMBERED) known.delete(known.keys().next().value as string);
    known.set(sql, statement);
    return statement;
  };
}

function readStatement(sql: string): Statement {
  if (typeof sql !== 'string') throw new TypeError(`sql must be a string, got ${typeof sql}`);
  const tokens = sqlTokens(sql);
  if (tokens === undefined) return { kind: 'unknown', text: sql };
  return { kind: classifyTokens(tokens), text: sqlText(tokens) };
}
