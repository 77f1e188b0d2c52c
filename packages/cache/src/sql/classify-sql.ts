import { type SqlToken, sqlTokens } from './sql-tokens.ts';
import { isVolatile } from './volatile-sql.ts';

/** What a statement is to a cache. Only a 'read' may be cached. */
export type SqlKind = 'read' | 'write' | 'locking' | 'volatile' | 'unknown';

const READS: ReadonlySet<string> = new Set(['select', 'table', 'values']);
const WRITES: ReadonlySet<string> = new Set(
  'alter copy create delete drop insert load merge rename replace truncate update upsert'.split(' '),
);
const LOCK_HINTS: ReadonlySet<string> = new Set(['holdlock', 'tablockx', 'updlock', 'xlock']);
/** Where `set` may stand behind `update only schema.name as other`. */
const BEFORE_SET = [2, 3, 4, 5, 6, 7];
/** Behind `for`, in as many words as it takes. */
const LOCKS = ['update', 'no key update', 'share', 'key share'];

/**
 * Tells whether a statement may be cached, and if not why: it is a 'write', it is 'locking' rows, its answer is 'volatile' (time,
 * chance, session), or it is 'unknown': several statements, none, or anything that is not understood for certain. It reads words,
 * not a grammar, and where servers differ it takes the careful side: a name behind `@` is a variable of the session in MySQL, so a
 * statement with parameters of that kind is 'volatile'.
 */
export function classifySql(sql: string): SqlKind {
  if (typeof sql !== 'string') throw new TypeError(`sql must be a string, got ${typeof sql}`);
  const tokens = sqlTokens(sql);
  return tokens === undefined ? 'unknown' : classifyTokens(tokens);
}

/** As {@link classifySql}, of pieces. */
export function classifyTokens(tokens: readonly SqlToken[]): SqlKind {
  const depths = depthsOf(tokens);
  if (depths === undefined || isSeveral(tokens)) return 'unknown';
  const start = tokens.findIndex(({ text }) => text !== '(');
  const first = wordAt(tokens, start);
  if (WRITES.has(first)) return 'write';
  if (first === 'with') return classifyWith(tokens, depths, start);
  return READS.has(first) ? classifyRead(tokens) : 'unknown';
}

/** The statement behind the named ones decides, unless one of these writes. */
function classifyWith(tokens: readonly SqlToken[], depths: readonly number[], start: number): SqlKind {
  const depth = depths[start];
  const isOwn = (at: number) => at > start && (depths[at] === depth || tokens[at - 1]?.text === '(');
  const begins = tokens.map((_, at) => (isOwn(at) ? wordAt(tokens, at) : ''));
  if (begins.some((word) => WRITES.has(word) && word !== 'replace')) return 'write';
  // The last statement may stand in parentheses, behind those of the one before.
  const isMain = (at: number) => depths[at] === depth || tokens[at - 2]?.text === ')';
  return begins.some((word, at) => READS.has(word) && isMain(at)) ? classifyRead(tokens) : 'unknown';
}

function classifyRead(tokens: readonly SqlToken[]): SqlKind {
  const some = (test: (at: number) => boolean) => tokens.some((_, at) => test(at));
  // `select ... into` makes a table, a file or a variable; `from old table (delete ...)` reads what a change of data changes.
  const writes = (at: number) =>
    wordAt(tokens, at) === 'into' || isChangeRead(tokens, at) || isChangeWithin(tokens, at);
  if (some(writes)) return 'write';
  if (some((at) => isLock(tokens, at))) return 'locking';
  return some((at) => isVolatile(tokens, at)) ? 'volatile' : 'read';
}

function isChangeRead(tokens: readonly SqlToken[], at: number): boolean {
  return wordAt(tokens, at) === 'table' && tokens[at + 1]?.text === '(' && WRITES.has(wordAt(tokens, at + 2));
}

/** A statement in parentheses that writes; not a column of that name. One that inserts has its `into`. */
function isChangeWithin(tokens: readonly SqlToken[], at: number): boolean {
  if (tokens[at - 1]?.text !== '(') return false;
  const word = wordAt(tokens, at);
  if (word === 'delete') return wordAt(tokens, at + 1) === 'from';
  return word === 'update' && BEFORE_SET.some((by) => wordAt(tokens, at + by) === 'set');
}

function isLock(tokens: readonly SqlToken[], at: number): boolean {
  const word = wordAt(tokens, at);
  const behind = [1, 2, 3].map((by) => wordAt(tokens, at + by)).join(' ');
  if (word === 'for') return LOCKS.some((lock) => `${behind} `.startsWith(`${lock} `));
  return word === 'lock' ? behind === 'in share mode' : LOCK_HINTS.has(word);
}

function isSeveral(tokens: readonly SqlToken[]): boolean {
  const end = tokens.findIndex(({ text }) => text === ';');
  return end >= 0 && tokens.slice(end).some(({ text }) => text !== ';');
}

/** How many parentheses stand open at each piece; undefined where they do not pair. */
function depthsOf(tokens: readonly SqlToken[]): readonly number[] | undefined {
  let depth = 0;
  const depths = tokens.map(({ text }) => {
    if (text === '(') return depth++;
    return text === ')' ? --depth : depth;
  });
  return depth === 0 && depths.every((one) => one >= 0) ? depths : undefined;
}

/** The bare word there in lower case; '' where there is none. */
function wordAt(tokens: readonly SqlToken[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' && tokens[at - 1]?.text !== '.' ? token.text.toLowerCase() : '';
}
