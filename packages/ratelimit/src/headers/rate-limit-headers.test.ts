import fc from 'fast-check';
import { type Item, parseDictionary, parseItem, parseList } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import { someDecision } from '../../test/some-decision.ts';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { shadowState } from '../limiter/shadow-state.ts';
import { type HeaderFormat, rateLimitHeaders } from './rate-limit-headers.ts';

const { headers } = vectors;
const formats: readonly HeaderFormat[] = ['draft-10', 'draft-8', 'draft-7', 'draft-6', 'legacy'];
type Limits = Parameters<typeof someDecision>[0];

describe('drafts 8 to 10', () => {
  test.each(headers.draft10)('say $limit', ({ limits, policy, limit }) => {
    const fields = { 'RateLimit-Policy': policy, RateLimit: limit };
    expect(rateLimitHeaders(someDecision(limits as Limits))).toEqual(fields);
    expect(rateLimitHeaders(someDecision(limits as Limits), { format: 'draft-8' })).toEqual(fields);
  });

  test('give a window only in whole seconds', () => {
    const windows = [500, 1_000, 1_500, 2_678_400_000].map((windowMs, index) => ({ name: `w${index}`, windowMs }));
    expect(rateLimitHeaders(someDecision(windows))['RateLimit-Policy']).toBe(
      '"w0";q=10, "w1";q=10;w=1, "w2";q=10, "w3";q=10;w=2678400',
    );
  });

  test('name units other than requests before the window, and the partition key last', () => {
    const bytes = {
      name: 'bytes',
      limit: 5_000,
      windowMs: 60_000,
      unit: 'content-bytes',
      remaining: 7,
      resetAfterMs: 1,
    } as const;
    expect(rateLimitHeaders(someDecision([bytes]), { partition: { bytes: 'tenant:Zoë' } })).toEqual({
      'RateLimit-Policy': '"bytes";q=5000;qu="content-bytes";w=60;pk=:dGVuYW50Olpvw6s=:',
      RateLimit: '"bytes";r=7;t=1;pk=:dGVuYW50Olpvw6s=:',
    });
    expect(rateLimitHeaders(someDecision([bytes]), { partition: { other: 'x' } }).RateLimit).toBe('"bytes";r=7;t=1');
  });

  test('say for a violated limit when to come back, and for the others when all is there again', () => {
    const decision = someDecision([
      { name: 'free', windowMs: 1_000, remaining: 3, resetAfterMs: 5_001 },
      { name: 'full', windowMs: 1_000, resetAfterMs: 60_000, retryAfterMs: 2_001 },
    ]);
    expect(rateLimitHeaders(decision)).toEqual({
      'RateLimit-Policy': '"free";q=10;w=1, "full";q=10;w=1',
      RateLimit: '"free";r=3;t=6, "full";r=0;t=3',
      'Retry-After': '3',
    });
  });

  test('say no time where waiting cannot help', () => {
    const never = someDecision([{ name: 'never', limit: 0, windowMs: 1_000, retryAfterMs: Number.POSITIVE_INFINITY }]);
    expect(rateLimitHeaders(never)).toEqual({ 'RateLimit-Policy': '"never";q=0;w=1', RateLimit: '"never";r=0' });
  });

  test('say what another RFC 9651 parser reads as the same numbers', () => {
    const limit = fc.record({
      name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/),
      limit: fc.integer({ min: 0, max: 1e12 }),
      remaining: fc.nat(1e12),
      windowMs: fc.option(fc.integer({ min: 1, max: 315_360_000_000 }), { nil: undefined }),
      resetAfterMs: fc.nat(2 ** 40),
      retryAfterMs: fc.oneof(fc.constant(0), fc.nat(2 ** 40), fc.constant(Number.POSITIVE_INFINITY)),
      unit: fc.constantFrom('requests', 'content-bytes', 'concurrent-requests'),
    });
    const limits = fc.uniqueArray(limit, { selector: ({ name }) => name, minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(limits, fc.string({ unit: 'binary' }), (states, tenant) => {
        const { name: first = '' } = states[0] ?? {};
        const decision = someDecision(states as Limits);
        const fields = rateLimitHeaders(decision, { partition: { [first]: tenant } });
        const services = parseList(fields.RateLimit ?? '') as Item[];
        const policies = parseList(fields['RateLimit-Policy'] ?? '') as Item[];
        expect(services.map(([name]) => name)).toEqual(states.map(({ name }) => name));
        states.forEach((state, index) => {
          const [, service] = services[index] as Item;
          const [name, policy] = policies[index] as Item;
          const { windowMs, retryAfterMs, resetAfterMs } = state;
          const ms = retryAfterMs > 0 ? retryAfterMs : resetAfterMs;
          const told = windowMs !== undefined && ms !== Number.POSITIVE_INFINITY;
          expect(name).toBe(state.name);
          expect(service.get('r')).toBe(state.remaining);
          expect(service.get('t')).toBe(told ? Math.ceil(ms / 1_000) : undefined);
          expect(policy.get('q')).toBe(state.limit);
          expect(policy.get('w')).toBe(windowMs !== undefined && windowMs % 1_000 === 0 ? windowMs / 1_000 : undefined);
          expect(policy.get('qu')).toBe(state.unit === 'requests' ? undefined : state.unit);
          const key = service.get('pk') as ArrayBuffer | undefined;
          expect(key === undefined ? undefined : Buffer.from(key)).toEqual(
            index === 0 ? Buffer.from(tenant) : undefined,
          );
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('the formats with room for one limit', () => {
  test.each(['draft-7', 'draft-6', 'legacy'] as const)('%s says it as in the vectors', (format) => {
    const { limits, decidedAt, ...fields } = headers.legacy;
    expect(rateLimitHeaders(someDecision(limits, { decidedAt }), { format })).toEqual(fields[format]);
  });

  test('are well formed for another RFC 9651 parser', () => {
    const decision = someDecision([{ name: 'a', limit: 100, windowMs: 10_000, remaining: 50, resetAfterMs: 30_000 }]);
    const draft7 = rateLimitHeaders(decision, { format: 'draft-7' });
    const numbers = [...parseDictionary(draft7.RateLimit ?? '')].map(([key, [value]]) => [key, value]);
    expect(numbers).toEqual([
      ['limit', 100],
      ['remaining', 50],
      ['reset', 30],
    ]);
    expect(parseList(draft7['RateLimit-Policy'] ?? '')).toEqual([[100, new Map([['w', 10]])]]);
    const draft6 = rateLimitHeaders(decision, { format: 'draft-6' });
    expect(parseItem(draft6['RateLimit-Reset'] ?? '')[0]).toBe(30);
  });

  test('show the violated limit that takes longest, else the one with the smallest share left', () => {
    const half = { name: 'half', limit: 10, windowMs: 1_000, remaining: 5, resetAfterMs: 500 };
    const third = { name: 'third', limit: 300, windowMs: 60_000, remaining: 100, resetAfterMs: 40_000 };
    const short = { ...half, name: 'short', remaining: 0, retryAfterMs: 100 };
    const long = { ...third, name: 'long', remaining: 1, retryAfterMs: 7_000 };
    const shown = (...limits: Limits) => rateLimitHeaders(someDecision(limits), { format: 'draft-7' }).RateLimit;
    expect(shown(half, third)).toBe('limit=300, remaining=100, reset=40');
    expect(shown(third, half)).toBe('limit=300, remaining=100, reset=40');
    expect(shown(short, third, long)).toBe('limit=300, remaining=1, reset=7');
    expect(shown(long, short)).toBe('limit=300, remaining=1, reset=7');
    expect(shown({ ...half, capacity: 50 }, third)).toBe('limit=10, remaining=5, reset=1');
    expect(shown(half, { name: 'none', limit: 0, windowMs: 1_000 })).toBe('limit=0, remaining=0, reset=0');
  });

  test('leave the reset out where there is none', () => {
    const concurrent = someDecision([
      { name: 'c', limit: 20, unit: 'concurrent-requests', remaining: 3, resetAfterMs: 900 },
    ]);
    expect(rateLimitHeaders(concurrent, { format: ['draft-7', 'draft-6', 'legacy'] })).toEqual({
      RateLimit: 'limit=20, remaining=3',
      'RateLimit-Policy': '20',
      'RateLimit-Limit': '20',
      'RateLimit-Remaining': '3',
      'X-RateLimit-Limit': '20',
      'X-RateLimit-Remaining': '3',
    });
  });

  test('count the legacy reset of a violated limit from the moment of the decision', () => {
    const decision = someDecision([{ name: 'a', windowMs: 1_000, resetAfterMs: 9_000, retryAfterMs: 499 }]);
    expect(rateLimitHeaders(decision, { format: 'legacy' })['X-RateLimit-Reset']).toBe('1800000001');
  });
});

describe('every format', () => {
  test.each(headers.retryAfter)('sends Retry-After: $header for $retryAfterMs ms', ({ retryAfterMs, header }) => {
    const ms = retryAfterMs === 'never' ? Number.POSITIVE_INFINITY : (retryAfterMs as number);
    const decision = someDecision([{ name: 'a', windowMs: 1_000, retryAfterMs: ms }]);
    for (const format of formats) {
      expect(rateLimitHeaders(decision, { format })['Retry-After']).toBe(header ?? undefined);
    }
  });

  test('sends no Retry-After for an allowed call', () => {
    const decision = someDecision([{ name: 'a', windowMs: 1_000, resetAfterMs: 1_000 }]);
    for (const format of formats) expect(rateLimitHeaders(decision, { format })).not.toHaveProperty('Retry-After');
  });

  test('sends a Retry-After of at least 1, not before any violated limit says', () => {
    const limits = [
      { name: 'a', windowMs: 1_000, retryAfterMs: 4_001 },
      { name: 'b', windowMs: 1_000, retryAfterMs: 100 },
    ];
    expect(rateLimitHeaders(someDecision(limits, { retryAfterMs: 100 }))['Retry-After']).toBe('5');
    expect(rateLimitHeaders(someDecision([], { allowed: false }))).toEqual({ 'Retry-After': '1' });
  });

  test('does not show shadow limits', () => {
    const shown = { name: 'shown', windowMs: 1_000, remaining: 5, resetAfterMs: 500 };
    const decision = someDecision([{ name: 'refusing', shadowed: true, windowMs: 1_000, retryAfterMs: 9_000 }, shown]);
    const quiet = shadowState(someDecision([{ name: 'quiet', windowMs: 1_000 }]).limits.quiet as never);
    const limits = { ...decision.limits, quiet };
    for (const format of formats) {
      expect(rateLimitHeaders({ ...decision, limits }, { format })).toEqual(
        rateLimitHeaders(someDecision([shown]), { format }),
      );
      expect(rateLimitHeaders({ ...decision, limits: { quiet } }, { format })).toEqual({});
    }
  });

  test('sends nothing where no limit applied', () => {
    for (const format of formats) expect(rateLimitHeaders(someDecision([]), { format })).toEqual({});
  });

  test('can be sent along with others, the first having what they share', () => {
    const decision = someDecision([{ name: 'a', limit: 5, windowMs: 2_000, remaining: 5, resetAfterMs: 1_000 }]);
    expect(rateLimitHeaders(decision, { format: ['draft-10', 'draft-7', 'draft-6'] })).toEqual({
      'RateLimit-Policy': '"a";q=5;w=2',
      RateLimit: '"a";r=5;t=1',
      'RateLimit-Limit': '5',
      'RateLimit-Remaining': '5',
      'RateLimit-Reset': '1',
    });
    expect(rateLimitHeaders(decision, { format: [] })).toEqual({});
  });

  test('is one of those that exist', () => {
    expect(() => rateLimitHeaders(someDecision([]), { format: 'draft-11' as never })).toThrow(
      new TypeError('format must be one of draft-10, draft-8, draft-7, draft-6, legacy, got draft-11'),
    );
    expect(() => rateLimitHeaders(someDecision([]), { format: ['toString' as never] })).toThrow(TypeError);
  });
});
