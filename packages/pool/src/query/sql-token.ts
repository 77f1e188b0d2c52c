import type { SqlDialect } from './dialect.ts';

/** One token of a text: white space and comments, literals and parameters, quoted names, words, and all other marks. */
export interface Token {
  kind: 'space' | 'literal' | 'quoted' | 'word' | 'mark';
  /** Where the next one begins. */
  end: number;
}

/**
 * Reads the token that begins at `at` into `token`: one object for a whole text. Every character is looked at a fixed number
 * of times, whatever the text.
 */
export function nextToken(sql: string, at: number, dialect: SqlDialect, token: Token): void {
  const code = sql.charCodeAt(at);
  // Most of a statement is words and the spaces between them.
  if (isWordStart(code)) readWord(sql, at, dialect === 'mysql', token);
  else if (code <= SPACE) set(token, 'space', endOfSpace(sql, at));
  else if (isDigit(code)) set(token, 'literal', endOfNumber(sql, at));
  else readMark(sql, at, code, dialect === 'mysql', token);
}

function readMark(sql: string, at: number, code: number, mysql: boolean, token: Token): void {
  const next = sql.charCodeAt(at + 1);
  if (startsLineComment(sql, at, mysql)) set(token, 'space', endOfLine(sql, at));
  else if (code === SLASH && next === STAR) setClosed(token, 'space', endOfComment(sql, at, !mysql), sql);
  else if (code === QUOTE) setClosed(token, 'literal', endOfQuote(sql, at, mysql), sql);
  else if (code === DOUBLE_QUOTE) setClosed(token, mysql ? 'literal' : 'quoted', endOfQuote(sql, at, mysql), sql);
  else if (code === BACKTICK && mysql) setClosed(token, 'quoted', endOfQuote(sql, at, false), sql);
  else if (code === DOT && isDigit(next)) set(token, 'literal', endOfNumber(sql, at));
  else if (code === QUESTION) set(token, 'literal', endOfDigits(sql, at + 1));
  else if (code === COLON && next === COLON) set(token, 'mark', at + 2);
  else if (code === COLON && isWordStart(next)) set(token, 'literal', endOfWord(sql, at + 1));
  else if (code === DOLLAR) readDollar(sql, at, mysql, token);
  else set(token, 'mark', at + 1);
}

/** A dollar-quoted string, a parameter, or a name that begins oddly. */
function readDollar(sql: string, at: number, mysql: boolean, token: Token): void {
  const tag = mysql ? undefined : dollarTag(sql, at);
  if (tag !== undefined) setClosed(token, 'literal', endOfDollarQuote(sql, tag, at), sql);
  else if (isDigit(sql.charCodeAt(at + 1))) set(token, 'literal', endOfDigits(sql, at + 1));
  else set(token, 'word', endOfWord(sql, at + 1));
}

const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const DOLLAR = 0x24;
const AMPERSAND = 0x26;
const QUOTE = 0x27;
const STAR = 0x2a;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const COLON = 0x3a;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const BACKTICK = 0x60;

function set(token: Token, kind: Token['kind'], end: number): void {
  token.kind = kind;
  token.end = end;
}

/** What is not closed is a literal to its end: nobody can tell what it was meant to be. */
function setClosed(token: Token, kind: Token['kind'], end: number | undefined, sql: string): void {
  if (end === undefined) set(token, 'literal', sql.length);
  else set(token, kind, end);
}

/** A word, or a string with the letter before it: `E'..'`, `X'..'`, `B'..'`, `N'..'`, `U&'..'`. */
function readWord(sql: string, at: number, mysql: boolean, token: Token): void {
  const end = endOfWord(sql, at + 1);
  const quote = end === at + 1 ? stringBehind(sql, at) : undefined;
  if (quote === undefined) set(token, 'word', end);
  else setClosed(token, 'literal', endOfQuote(sql, quote, mysql || sql.charAt(at).toLowerCase() === 'e'), sql);
}

/** Where the string begins whose kind the letter at `at` says. */
function stringBehind(sql: string, at: number): number | undefined {
  const letter = sql.charAt(at).toLowerCase();
  if (sql.charCodeAt(at + 1) === QUOTE) return 'exbn'.includes(letter) ? at + 1 : undefined;
  const unicode = letter === 'u' && sql.charCodeAt(at + 1) === AMPERSAND && sql.charCodeAt(at + 2) === QUOTE;
  return unicode ? at + 2 : undefined;
}

function endOfSpace(sql: string, at: number): number {
  let end = at + 1;
  while (sql.charCodeAt(end) <= SPACE) end += 1;
  return end;
}

function startsLineComment(sql: string, at: number, mysql: boolean): boolean {
  const code = sql.charCodeAt(at);
  if (code === HASH) return mysql;
  if (code !== MINUS || sql.charCodeAt(at + 1) !== MINUS) return false;
  // To MySQL `5--1` is a subtraction: its comments need white space, or nothing at all, behind the dashes.
  return !mysql || at + 2 >= sql.length || sql.charCodeAt(at + 2) <= SPACE;
}

function endOfLine(sql: string, at: number): number {
  let end = at;
  while (end < sql.length && sql[end] !== '\n' && sql[end] !== '\r') end += 1;
  return end;
}

function endOfComment(sql: string, at: number, nests: boolean): number | undefined {
  let depth = 1;
  for (let end = at + 2; end < sql.length; end += 1) {
    const code = sql.charCodeAt(end);
    if (code === STAR && sql.charCodeAt(end + 1) === SLASH) {
      depth -= 1;
      end += 1;
      if (depth === 0) return end + 1;
    } else if (nests && code === SLASH && sql.charCodeAt(end + 1) === STAR) {
      depth += 1;
      end += 1;
    }
  }
  return undefined;
}

/** The mark at `at` ends what it begins; doubled it is a character of it, and so is whatever follows a backslash. */
function endOfQuote(sql: string, at: number, backslashes: boolean): number | undefined {
  const mark = sql.charCodeAt(at);
  for (let end = at + 1; end < sql.length; end += 1) {
    const code = sql.charCodeAt(end);
    if (backslashes && code === BACKSLASH) end += 1;
    else if (code === mark) {
      if (sql.charCodeAt(end + 1) !== mark) return end + 1;
      end += 1;
    }
  }
  return undefined;
}

/** `$$` or `$tag$` when such a one is at `at`. */
function dollarTag(sql: string, at: number): string | undefined {
  let end = at + 1;
  if (isWordStart(sql.charCodeAt(end))) {
    while (isWordPart(sql.charCodeAt(end)) && sql.charCodeAt(end) !== DOLLAR) end += 1;
  }
  return sql.charCodeAt(end) === DOLLAR ? sql.slice(at, end + 1) : undefined;
}

function endOfDollarQuote(sql: string, tag: string, at: number): number | undefined {
  const close = sql.indexOf(tag, at + tag.length);
  return close < 0 ? undefined : close + tag.length;
}

/** `42`, `1_000`, `1.5`, `.5`, `1e10`, `0xFF`: what is glued to a number in another base goes with it. */
function endOfNumber(sql: string, at: number): number {
  if (sql.charCodeAt(at) === ZERO && 'xXbBoO'.includes(sql.charAt(at + 1) || ' ')) return endOfWord(sql, at + 1);
  let end = endOfDigits(sql, at);
  if (sql.charCodeAt(end) === DOT) end = endOfDigits(sql, end + 1);
  if (sql.charAt(end).toLowerCase() !== 'e') return end;
  const sign = sql.charAt(end + 1);
  const power = sign === '+' || sign === '-' ? end + 2 : end + 1;
  return isDigit(sql.charCodeAt(power)) ? endOfDigits(sql, power) : end;
}

function endOfDigits(sql: string, at: number): number {
  let end = at;
  while (isDigit(sql.charCodeAt(end)) || (end > at && sql.charCodeAt(end) === UNDERSCORE)) end += 1;
  return end;
}

function endOfWord(sql: string, at: number): number {
  let end = at;
  while (isWordPart(sql.charCodeAt(end))) end += 1;
  return end;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === UNDERSCORE || code >= 128;
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === DOLLAR;
}
