import { oneOf } from '../engine/option-rules.ts';
import { type SqlDialect, sqlDialects } from './dialect.ts';
import { ShapeWriter } from './shape-writer.ts';
import { nextToken, type Token } from './sql-token.ts';

/** What `fingerprint` has to know of a text. */
export interface FingerprintOptions {
  /**
   * The wrong one can leak a literal: what one dialect takes for a name is a string to the other.
   * @defaultValue 'standard'
   */
  readonly dialect?: SqlDialect;
}

/**
 * The shape of a statement: the same for all statements that differ in their literals alone, and never with a literal in it.
 *
 * Strings, numbers and bound parameters become `?`, a list of only `?` becomes `(?)`, and so do several such lists. Comments
 * go, white space becomes one space, and all but quoted names is lower case. Of an unterminated quote or comment, the rest
 * of the text is one `?`. Takes time linear in the length of the text.
 *
 * @throws TypeError when `sql` is not a string or the dialect is unknown.
 *
 * @example
 * ```ts
 * fingerprint("SELECT * FROM users WHERE id IN (1, 2, 3) AND name = 'Ada'");
 * // select * from users where id in (?) and name = ?
 * ```
 */
export function fingerprint(sql: string, options: FingerprintOptions = {}): string {
  const { dialect = 'standard' } = options;
  if (typeof sql !== 'string') throw new TypeError(`sql must be a string, got ${typeof sql}`);
  oneOf('dialect', dialect, sqlDialects);
  const shape = new ShapeWriter();
  const token: Token = { kind: 'space', end: 0 };
  for (let at = 0; at < sql.length; at = token.end) {
    nextToken(sql, at, dialect, token);
    if (token.kind === 'space') shape.space();
    else if (token.kind === 'literal') shape.literal();
    else if (token.kind === 'quoted') shape.text(sql.slice(at, token.end));
    else if (token.kind === 'word') shape.text(sql.slice(at, token.end).toLowerCase());
    else shape.mark(sql.slice(at, token.end));
  }
  return shape.toString();
}
