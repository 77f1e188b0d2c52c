/** A piece of a statement: a bare word, a quoted name, a literal, or one character of anything else. */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'literal' | 'sign';
  /** As written. */
  readonly text: string;
  /** Whether white space or a comment stands before it. */
  readonly spaced: boolean;
}

type Piece = Omit<SqlToken, 'spaced'>;

const SPACE = /\s+/y;
/** Without the space behind it MySQL reads two signs. */
const LINE_COMMENT = /--(?=[\s-]|$)[^\n]*/y;
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
  let spaced = false;
  for (let at = 0; at < sql.length; ) {
    const gap = match(SPACE, sql, at) ?? match(LINE_COMMENT, sql, at) ?? match(BLOCK_COMMENT, sql, at);
    if (gap !== undefined) {
      at += gap.length;
      spaced = true;
      continue;
    }
    const piece =
      match(UNCLEAR, sql, at) === undefined ? pieceAt(sql, at, spaced ? undefined : tokens.at(-1)) : undefined;
    if (piece === undefined) return undefined;
    tokens.push({ ...piece, spaced });
    at += piece.text.length;
    spaced = false;
  }
  return tokens;
}

/** @param before - the piece that ends where this one begins. */
function pieceAt(sql: string, at: number, before: SqlToken | undefined): Piece | undefined {
  const first = sql[at] as string;
  if (first === "'" || first === '"' || first === '`') {
    const escaped = first === "'" && before?.kind === 'word' && before.text.toLowerCase() === 'e';
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
