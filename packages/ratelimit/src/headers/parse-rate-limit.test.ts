import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { someDecision } from '../../test/some-decision.ts';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { parseRateLimit } from './parse-rate-limit.ts';
import { type HeaderFormat, rateLimitHeaders } from './rate-limit-headers.ts';

const now = Date.UTC(2026, 0, 1, 12);
const ratelimit = (value: string) => parseRateLimit({ ratelimit: value }, { now });

describe('the RateLimit field', () => {
  test.each(vectors.headers.parse)('$value is as in the vectors', ({ value, ok, remaining, resetAfterMs, items }) => {
    const hint = ratelimit(value);
    expect(hint !== undefined).toBe(ok);
    if (remaining !== undefined) expect(hint?.remaining).toBe(remaining);
    if (resetAfterMs !== undefined) expect(hint?.resetAfterMs).toBe(resetAfterMs);
    if (items !== undefined) expect(hint?.items).toHaveLength(items);
  });

  test('tells of several limits, and first of the one with the fewest units left', () => {
    const headers = {
      ratelimit: '"a";r=9;t=1, "b";r=2;t=5;pk=:WsO2ZQ==:, "c";r=2;t=4',
      'ratelimit-policy': '"b";q=20;qu="content-bytes";w=60, "c";q=7',
    };
    expect(parseRateLimit(headers)).toEqual({
      remaining: 2,
      limit: 20,
      resetAfterMs: 5_000,
      items: [
        { name: 'a', remaining: 9, resetAfterMs: 1_000 },
        {
          name: 'b',
          remaining: 2,
          resetAfterMs: 5_000,
          limit: 20,
          windowMs: 60_000,
          unit: 'content-bytes',
          partition: 'Zöe',
        },
        { name: 'c', remaining: 2, resetAfterMs: 4_000, limit: 7 },
      ],
    });
  });

  test('may have parameters that nobody knows yet', () => {
    expect(ratelimit('"a";r=1;x;y=tok;z="s";d=1.5;b=?0;@=1')).toBeUndefined();
    expect(ratelimit('"a";r=1;x;y=tok;z="s";d=1.5;b=?0;e=@1')?.remaining).toBe(1);
    expect(ratelimit('limit=10, remaining=3, x=(1 2);y')?.remaining).toBe(3);
  });

  test.each([
    '',
    '"a"',
    '"a";t=5',
    '"a";r=1,',
    '"a";r=1;',
    '"a";r="1"',
    '"a";r=1;t=-1',
    '"a";r=1;t=1.0',
    '"a";r=1;pk="x"',
    '"a";r=1234567890123456',
    '("a");r=1',
    '"a";r=1, b;r=1',
    'a";r=1',
    '"ä";r=1',
    'limit=10, reset=10',
    'remaining=-1',
    'remaining=1.5',
    'remaining="1"',
    'remaining=1, limit=x',
    'remaining=1, reset=1.5',
    'remaining=1,',
    'Remaining=1',
  ])('is ignored whole when it is %j', (value) => {
    expect(ratelimit(value)).toBeUndefined();
    const headers = { ratelimit: value, 'x-ratelimit-remaining': '7' };
    expect(parseRateLimit(headers)?.remaining).toBe(7);
  });

  test('takes integers of 15 digits', () => {
    expect(ratelimit('"a";r=999999999999999')?.remaining).toBe(999_999_999_999_999);
  });

  test('stands for itself when the policy is malformed', () => {
    for (const policy of ['', '"a"', '"a";q=-1', '"a";q=1;w=x', '"a";q=1;qu=1', 'a;q=1', '"a";q=1,']) {
      expect(parseRateLimit({ ratelimit: '"a";r=1', 'ratelimit-policy': policy })?.items).toEqual([
        { name: 'a', remaining: 1 },
      ]);
    }
    expect(parseRateLimit({ 'ratelimit-policy': '"a";q=10;w=1' })).toBeUndefined();
  });

  test('may come in several lines', () => {
    expect(parseRateLimit({ ratelimit: ['"a";r=1', '"b";r=0'] })?.items).toHaveLength(2);
  });
});

describe('the older fields', () => {
  test('are read where there is no better one', () => {
    const draft6 = { 'ratelimit-limit': '100', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' };
    const legacy = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '3' };
    expect(parseRateLimit({ ...legacy, ...draft6, ratelimit: '"a";r=1' })?.remaining).toBe(1);
    expect(parseRateLimit({ ...legacy, ...draft6 })).toMatchObject({ remaining: 50, limit: 100, resetAfterMs: 30_000 });
    expect(parseRateLimit(legacy)).toMatchObject({ remaining: 5, limit: 10, resetAfterMs: 3_000 });
    expect(parseRateLimit({ ...legacy, ...draft6, 'ratelimit-remaining': 'x' })?.remaining).toBe(5);
  });

  test.each([
    ['30', 30_000],
    ['1000000000', 1e12],
    [`${now / 1_000 + 30}`, 30_000],
    [`${now / 1_000 + 30.25}`, 30_250],
    [`${now + 30_001}`, 30_001],
    [`${now / 1_000 - 30}`, 0],
    ['0.5', 500],
  ])('have a reset that is seconds, epoch seconds or epoch milliseconds: %s', (reset, resetAfterMs) => {
    const headers = { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': reset };
    expect(parseRateLimit(headers, { now })?.resetAfterMs).toBe(resetAfterMs);
  });

  test.each(['-1', '1e3', '0x10', 'soon', '', '1234567890123456', '1,2'])(
    'are ignored alone when they are %j',
    (value) => {
      expect(parseRateLimit({ 'x-ratelimit-remaining': value, 'x-ratelimit-limit': '1' })).toBeUndefined();
      const headers = { 'x-ratelimit-remaining': '1', 'x-ratelimit-limit': value, 'x-ratelimit-reset': value };
      expect(parseRateLimit(headers)?.items).toEqual([{ remaining: 1 }]);
      const draft6 = { 'ratelimit-remaining': '1', 'ratelimit-limit': value, 'ratelimit-reset': value };
      expect(parseRateLimit(draft6)?.items).toEqual([{ remaining: 1 }]);
    },
  );
});

describe('Retry-After', () => {
  const day = 86_400_000;

  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 12:00:30 GMT', 30_000],
    ['Thu Jan  1 12:00:30 2026', 30_000],
    ['Thu, 01 Jan 2026 11:59:00 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['99999999999', day],
    ['9'.repeat(400), day],
    ['Fri, 01 Jan 2100 00:00:00 GMT', day],
  ])('of %j is %d ms', (value, retryAfterMs) => {
    expect(parseRateLimit({ 'retry-after': value }, { now })).toEqual({ retryAfterMs, items: [] });
  });

  test.each([
    '-1',
    '1e3',
    '1.5',
    '+5',
    '0x10',
    '',
    'soon',
    '2026-01-01T12:00:30Z',
    'Thu, 01 Jan 2026 12:00:30',
    'Thu, 01 Jan 2026 25:00:30 GMT',
    'Thu, 01 Xyz 2026 12:00:30 GMT',
    '5, 6',
  ])('of %j is ignored', (value) => {
    expect(parseRateLimit({ 'retry-after': value }, { now })).toBeUndefined();
  });

  test('stands beside what the limits say', () => {
    const hint = parseRateLimit({ 'retry-after': '7', ratelimit: '"a";r=0;t=5' });
    expect(hint).toMatchObject({ retryAfterMs: 7_000, remaining: 0, resetAfterMs: 5_000 });
  });
});

describe('parseRateLimit', () => {
  test('believes no limits that a cache has kept for a while', () => {
    const headers = { ratelimit: '"a";r=0;t=5', 'x-ratelimit-remaining': '0', 'retry-after': '7' };
    expect(parseRateLimit({ ...headers, age: '1' })).toEqual({ retryAfterMs: 7_000, items: [] });
    for (const age of ['0', '', 'x', '-5']) expect(parseRateLimit({ ...headers, age })?.remaining).toBe(0);
  });

  test('reads Headers as well as records', () => {
    const headers = new Headers([
      ['RateLimit', '"a";r=1'],
      ['RateLimit', '"b";r=0;t=1'],
      ['Retry-After', '2'],
    ]);
    expect(parseRateLimit(headers)).toMatchObject({ remaining: 0, resetAfterMs: 1_000, retryAfterMs: 2_000 });
  });

  test('measures dates from the time of the system when it is told no other', () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    expect(parseRateLimit({ 'retry-after': inAnHour })?.retryAfterMs).toBeGreaterThan(3_500_000);
    const reset = `${Math.ceil(Date.now() / 1_000) + 3_600}`;
    const hint = parseRateLimit({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    expect(hint?.resetAfterMs).toBeGreaterThan(3_500_000);
  });

  test.each(['draft-10', 'draft-8', 'draft-7', 'draft-6', 'legacy'] as const)(
    'reads back what %s says',
    (format: HeaderFormat) => {
      const limit = { name: 'a', limit: 100, windowMs: 10_000, remaining: 0, retryAfterMs: 29_500 };
      const decision = someDecision([limit], { decidedAt: now });
      const fields = Object.entries(rateLimitHeaders(decision, { format })).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]);
      const hint = parseRateLimit(Object.fromEntries(fields), { now });
      expect(hint).toMatchObject({ remaining: 0, limit: 100, resetAfterMs: 30_000, retryAfterMs: 30_000 });
    },
  );

  test('says nothing where nothing is said, and never throws', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('"a";r=1', '1', '', ',', '-1', '1e9', 'remaining=1'),
      fc.array(fc.string(), { maxLength: 3 }),
      fc.constant(undefined),
    );
    const names = ['ratelimit', 'ratelimit-policy', 'retry-after', 'age', 'ratelimit-remaining', 'ratelimit-reset'];
    const legacy = ['x-ratelimit-remaining', 'x-ratelimit-reset', 'x-ratelimit-limit'];
    const record = fc.record(Object.fromEntries([...names, ...legacy].map((name) => [name, value])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(record, (headers) => {
        const hint = parseRateLimit(headers, { now });
        if (hint === undefined) return;
        expect(hint.items.length > 0 || hint.retryAfterMs !== undefined).toBe(true);
        for (const ms of [hint.remaining, hint.resetAfterMs, hint.retryAfterMs])
          expect(ms ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 5_000 },
    );
    for (const nothing of [{}, new Headers(), undefined, null, 'x'])
      expect(parseRateLimit(nothing as never)).toBeUndefined();
  });
});
