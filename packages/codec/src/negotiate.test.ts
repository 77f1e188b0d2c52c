import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ContentCoding, negotiate } from './negotiate.ts';

describe('the examples of RFC 9110, section 12.5.3', () => {
  test.each<[string, ContentCoding | undefined]>([
    ['compress, gzip', 'gzip'],
    ['', 'identity'],
    ['*', 'br'],
    ['compress;q=0.5, gzip;q=1.0', 'gzip'],
    ['gzip;q=1.0, identity; q=0.5, *;q=0', 'gzip'],
  ])('%j gives %s', (header, coding) => {
    expect(negotiate(header)).toBe(coding);
  });
});

describe('what clients send', () => {
  test.each<[string | undefined, ContentCoding | undefined]>([
    [undefined, 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['deflate, zstd', 'identity'],
    ['identity', 'identity'],
    ['x-gzip', 'gzip'],
    ['GZIP;Q=0.5', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['br;q=0, *', 'gzip'],
    ['br;q=0.2, gzip;q=0.8', 'gzip'],
    ['br;q=0.2, gzip;q=0.200', 'br'],
    ['gzip;q=0.001', 'gzip'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.5, identity;q=0.5', 'gzip'],
    ['gzip;q=0.5, identity;q=0.9', 'identity'],
    ['*;q=0.1', 'br'],
    ['*;q=0.8, br;q=0.5', 'gzip'],
    ['*;q=0.8, br;q=0.5, gzip;q=0.5', 'identity'],
    ['\t gzip \t;\t q=0.3 ,,\t', 'gzip'],
    [',,,', 'identity'],
  ])('%j gives %s', (header, coding) => {
    expect(negotiate(header)).toBe(coding);
  });
});

describe('nothing acceptable', () => {
  test.each([
    'identity;q=0',
    '*;q=0',
    'identity;q=0, *;q=0',
    'zstd, *;q=0',
    'gzip;q=0, br;q=0, identity;q=0',
    'identity;q=0.000',
  ])('%j gives undefined', (header) => {
    expect(negotiate(header)).toBeUndefined();
  });

  test('a name goes before the star', () => {
    expect(negotiate('identity, *;q=0')).toBe('identity');
    expect(negotiate('gzip, *;q=0')).toBe('gzip');
    expect(negotiate('identity;q=0, *;q=0.5')).toBe('br');
  });
});

describe('members that break the grammar count for nothing', () => {
  test.each([
    'gzip;q=2',
    'gzip;q=1.001',
    'gzip;q=0.1234',
    'gzip;q=-1',
    'gzip;q=',
    'gzip;q',
    'gzip;',
    'gzip;level=9',
    'gzip;q=0.5;q=1',
    'gzip;q =1',
    'gzip q=1',
    'gz ip',
    'gzip/1',
    '"gzip"',
    'gzip;q="1"',
    'gzip;q=1e0',
    'gzip;q=.5',
    '\u00a0gzip',
    'gzip\u2028',
    ';q=1',
  ])('%j', (header) => {
    expect(negotiate(header)).toBe('identity');
    expect(negotiate(`${header}, br;q=0.1`)).toBe('br');
  });

  test('of two for one coding the first counts', () => {
    expect(negotiate('gzip;q=0, gzip')).toBe('identity');
    expect(negotiate('gzip, gzip;q=0')).toBe('gzip');
    expect(negotiate('x-gzip;q=0, gzip')).toBe('identity');
  });
});

describe('the offer of the server', () => {
  test('decides between equal weights, and leaves out what it does not name', () => {
    expect(negotiate('gzip, br', { codings: ['gzip', 'br'] })).toBe('gzip');
    expect(negotiate('gzip, br', { codings: ['gzip'] })).toBe('gzip');
    expect(negotiate('br', { codings: ['gzip'] })).toBe('identity');
    expect(negotiate('*', { codings: [] })).toBe('identity');
    expect(negotiate('*', { codings: ['identity', 'br'] })).toBe('identity');
  });

  test.each([
    [{ codings: ['deflate'] }, 'codings must hold br, gzip or identity, got "deflate"'],
    [{ codings: ['br', 'br'] }, 'codings must name each coding once, got br twice'],
    [{ codings: 'br' }, 'codings must be an array, got string'],
    [{ coding: ['br'] }, 'negotiate has no option "coding"'],
  ])('refuses %j', (options, message) => {
    expect(() => negotiate('gzip', options as never)).toThrow(TypeError);
    expect(() => negotiate('gzip', options as never)).toThrow(message);
  });
});

const quality = fc.oneof(
  fc.constantFrom(0, 1),
  fc.integer({ min: 0, max: 1000 }).map((milli) => milli / 1000),
);

test('agrees with a reading of the rules coding by coding', () => {
  const names = ['br', 'gzip', 'identity', '*', 'zstd'];
  const weights = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), quality), { selector: ([name]) => name });
  fc.assert(
    fc.property(weights, (members) => {
      const chosen = negotiate(members.map(([name, q]) => `${name};q=${q}`).join(', '));
      const given = new Map(members);
      const weight = (coding: string) => given.get(coding) ?? given.get('*') ?? (coding === 'identity' ? 0.0001 : 0);
      const best = Math.max(...['br', 'gzip', 'identity'].map(weight));
      if (best === 0) expect(chosen).toBeUndefined();
      else expect(weight(chosen ?? 'none')).toBe(best);
    }),
    { numRuns: 2000 },
  );
});

test('takes any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      expect(['br', 'gzip', 'identity', undefined]).toContain(negotiate(header));
    }),
  );
});

// A second for all of them; anything that grew with the square of the length would take minutes.
test('takes time that grows with the length alone', { timeout: 30_000 }, () => {
  for (const piece of [' ', 'a', ';', 'gzip;', 'gzip ;q=0', '\t ', ',', 'q=1 ;', 'a,'])
    negotiate(piece.repeat(300_000));
});
