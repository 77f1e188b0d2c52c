import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/pool.json' with { type: 'json' };
import type { SqlDialect } from './dialect.ts';
import { fingerprint } from './fingerprint.ts';

test.each(vectors.fingerprints)('$dialect: $sql', ({ sql, dialect, shape }) => {
  expect(fingerprint(sql, { dialect: dialect as SqlDialect })).toBe(shape);
});

describe('a fingerprint', () => {
  test.each([
    ['select 1.5e+10, 1.e5, 5., 0b1010, 0O17, 0xdead_beef', 'select ?, ?, ?, ?, ?, ?'],
    ['select a.b.c, 12abc, 1e, 1.e', 'select a.b.c, ?abc, ?e, ?e'],
    ['select x::int, y::text', 'select x::int, y::text'],
    ['select a$b, col$1', 'select a$b, col$1'],
    ["select N'a', b'1', x'ff', U&\"d\\0061t\", u&'x'", 'select ?, ?, ?, u&"d\\0061t", ?'],
    ["select name_e'a'", 'select name_e?'],
    ['values ( 1 , 2 )\n,\n( 3 , 4 )', 'values (?)'],
    ['select f(), f(1), g(1), (2)', 'select f(), f(?), g(?)'],
    ['select (-1, 2)', 'select (-?, ?)'],
    ['select (1 2), (,), (1,)', 'select (? ?), (,), (?,)'],
    ['select 1)', 'select ?)'],
    ['select 1 /* open', 'select ? ?'],
    ['select $q$ open $$ it', 'select ?'],
    ["select e'open \\'", 'select ?'],
    ['select :a, ::b, a:1, :"c"', 'select ?, ::b, a:?, :"c"'],
    ['select ?1, $22', 'select ?, ?'],
    ['SELECT Ünïcode', 'select ünïcode'],
    ['select a --c\r, b', 'select a , b'],
    ['\u0000select\u00001', 'select ?'],
  ])('of %j is %j', (sql, shape) => {
    expect(fingerprint(sql)).toBe(shape);
  });

  test.each([
    ['select `Name 1`, "a", 5--1', 'select `Name 1`, ?, ?--?'],
    ['select 1 -- gone\n, 2 --', 'select ? , ?'],
    ['select $$a$$, $tag$', 'select $$a$$, $tag$'],
    ['select `open 42', 'select ?'],
    ["select _utf8mb4'abc', n'x\\'y'", 'select _utf8mb4?, ?'],
  ])('in mysql of %j is %j', (sql, shape) => {
    expect(fingerprint(sql, { dialect: 'mysql' })).toBe(shape);
  });

  test('is a fingerprint of itself', () => {
    fc.assert(
      fc.property(sqlSoup, (sql) => {
        const shape = fingerprint(sql);
        expect(fingerprint(shape)).toBe(shape);
      }),
      { numRuns: 3_000 },
    );
  });

  test('never holds a literal', () => {
    fc.assert(
      fc.property(literal, fc.array(literal, { maxLength: 4 }), (first, more) => {
        const list = [first, ...more].join(', ');
        const shape = fingerprint(`select a from t where b = ${first} and c in (${list}) /* ${secret} */ -- ${secret}`);
        expect(shape).toBe('select a from t where b = ? and c in (?)');
      }),
    );
  });

  test('has no run of white space, no comment and no semicolon at its end', () => {
    fc.assert(
      fc.property(sqlSoup, (sql) => {
        const shape = fingerprint(sql.replaceAll('"', ''));
        expect(shape).not.toMatch(/\s\s|[\n\t]|\/\*|[;\s]$|^\s/);
      }),
    );
  });

  test('takes a time that grows no faster than the text, whatever the text', () => {
    const pieces = [
      '(',
      ')',
      "'",
      '$a',
      '$$',
      '/*',
      '?,',
      '(1),',
      '-',
      ';',
      '\\',
      ':',
      '0x',
      '1_',
      '"',
      "e'\\",
      '((1),',
      '. ',
    ];
    for (const piece of pieces) {
      const linear = () => fastest(piece, 320_000) < 5 + 64 * fastest(piece, 20_000);
      // A busy machine spoils one measurement, and hardly ten; what is quadratic takes 256 times as long each time.
      expect(
        Array.from({ length: 10 }).some(() => linear()),
        piece,
      ).toBe(true);
    }
  });

  test('refuses what is not a text, and a dialect that it does not know', () => {
    expect(() => fingerprint(5 as never)).toThrow(new TypeError('sql must be a string, got number'));
    expect(() => fingerprint('', { dialect: 'oracle' as never })).toThrow(
      new TypeError("dialect must be one of 'standard', 'mysql', got 'oracle'"),
    );
  });
});

const secret = 'hunter2';

const literal = fc.oneof(
  fc.string().map((text) => `'${secret}${text.replaceAll("'", "''")}'`),
  fc.string().map((text) => `E'${secret}${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
  fc.string().map((text) => `$x1$${secret}${text.replaceAll('$', '')}$x1$`),
  fc.nat().map(String),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(String),
);

const sqlSoup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...`( ) , ; - -- # /* */ ' " \` $ $$ $a$ ? ?? : :: . \\ a A b1 e E'  x' u&' 1 0x 1.5 \n`.split(' '),
      ),
      fc.constantFrom(' ', '  ', '\n', '\t'),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(''));

function fastest(piece: string, length: number): number {
  const sql = piece.repeat(length / piece.length);
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    fingerprint(sql);
    return performance.now() - start;
  });
  return Math.min(...times);
}
