/** A piece of a statement: a bare word, a quoted name, a literal, or one character of anything else. */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'literal' | 'sign';
  /** As written. */
  readonly text: string;
  /**
   * What stands before it: nothing, or one space for white space and comments. In brackets white space is as written: in SQL Server
   * it is part of a name.
   */
  readonly gap: string;
}

type Piece = Omit<SqlToken, 'gap'>;

// What every server takes for it. To some a vertical tab, a no-break space or another space of Unicode is part of a name.
const SPACE = /[ \t\n\f\r]+/y;
const OTHER_SPACE = /\s/y;
// Without the space behind it MySQL reads two signs. At a CR that is no part of a line end a comment ends for PostgreSQL only.
const LINE_COMMENT = /--(?=[ \t\n\f\r-]|$)(?:[^\n\r]|\r(?=\n|$))*(?=\n|$)/y;
// MySQL runs what is in a comment that begins with !, and only PostgreSQL lets comments nest: neither is a comment for all.
const BLOCK_COMMENT = /\/\*(?!!)(?:(?!\/\*)[\s\S])*?\*\//y;
// What is the start of a comment for some only; #> and #- are operators on JSON.
const UNCLEAR = /--|\/\*|#(?![>-])/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /\$?\d[\w.]*/y;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * The pieces of SQL text without white space and comments. Undefined where servers would not agree on them: a quote or a comment
 * that does not end, or ends elsewhere by the rules of another server.
 */
export function sqlTokens(sql: string): readonly SqlToken[] | undefined {
  const tokens: SqlToken[] = [];
  let gap = '';
  let brackets = 0;
  for (let at = 0; at < sql.length; ) {
    const space = match(SPACE, sql, at);
    if (space !== undefined) {
      at += space.length;
      gap = brackets > 0 ? space : ' ';
      continue;
    }
    const comment = match(LINE_COMMENT, sql, at) ?? match(BLOCK_COMMENT, sql, at);
    if (comment !== undefined) {
      // To SQL Server what is in brackets is a name, and nothing in it a comment.
      if (brackets > 0) return undefined;
      at += comment.length;
      gap = ' ';
      continue;
    }
    const piece = isUnclear(sql, at) ? undefined : pieceAt(sql, at, gap === '' ? tokens.at(-1) : undefined);
    if (piece === undefined || (brackets > 0 && hidesBracket(piece))) return undefined;
    if (piece.text === '[') brackets += 1;
    if (piece.text === ']' && brackets > 0) brackets -= 1;
    tokens.push({ ...piece, gap });
    at += piece.text.length;
    gap = '';
  }
  return tokens;
}

function isUnclear(sql: string, at: number): boolean {
  return match(UNCLEAR, sql, at) !== undefined || match(OTHER_SPACE, sql, at) !== undefined;
}

/** For SQL Server a name in brackets would end within it. */
function hidesBracket({ kind, text }: Piece): boolean {
  return (kind === 'literal' || kind === 'name') && text.includes(']');
}

/** @param before - the piece that ends where this one begins. */
function pieceAt(sql: string, at: number, before: SqlToken | undefined): Piece | undefined {
  const first = sql[at] as string;
  if (first === "'" || first === '"' || first === '`') {
    const prefix = before?.kind === 'word' && first === "'" ? before.text.toLowerCase() : '';
    // Oracle's own quotes end where the text says.
    if (prefix === 'q' || prefix === 'nq') return undefined;
    const escaped = prefix === 'e';
    return piece(first === "'" ? 'literal' : 'name', quoted(sql, at, first, escaped));
  }
  const tag = match(DOLLAR_TAG, sql, at);
  if (tag !== undefined) return piece('literal', between(sql, at, tag));
  const number = match(NUMBER, sql, at);
  if (number !== undefined) return { kind: 'literal', text: number };
  return piece('word', match(WORD, sql, at)) ?? { kind: 'sign', text: first };
}

function piece(kind: SqlToken['kind'], text: string | undefined): Piece | undefined {
  return text === undefined ? undefined : { kind, text };
}

/** A quote inside is doubled; where it may also stand behind a backslash, both readings have to agree unless the text says which. */
function quoted(sql: string, at: number, quote: string, escaped: boolean): string | undefined {
  const withEscapes = match(
    new RegExp(`${quote}(?:[^${quote}\\\\]|${quote}${quote}|\\\\[\\s\\S])*${quote}`, 'y'),
    sql,
    at,
  );
  if (escaped) return withEscapes;
  const plain = match(new RegExp(`${quote}(?:[^${quote}]|${quote}${quote})*${quote}`, 'y'), sql, at);
  return quote === '`' || plain === withEscapes ? plain : undefined;
}

function between(sql: string, at: number, tag: string): string | undefined {
  const end = sql.indexOf(tag, at + tag.length);
  return end < 0 ? undefined : sql.slice(at, end + tag.length);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
