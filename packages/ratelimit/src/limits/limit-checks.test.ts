import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../limiter/create-rate-limiter.ts';
import { deadStore } from '../testing/dead-store.ts';

const fine = { limit: 10, windowMs: 1_000 };
const quota = { algorithm: 'quota', limit: 10, per: 'day' };

function refusal(options: unknown): unknown {
  try {
    createRateLimiter(options as never);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What a limit called `it` is refused with. */
const refused = (limit: unknown) => refusal({ limits: { it: limit } });

describe('refuses at construction', () => {
  const names: [unknown, RegExp][] = [
    [undefined, /^limits must /],
    [{}, /^limits must be 1 to 16 limits, got 0/],
    [Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, fine])), /^limits must .* got 17/],
    [{ '': fine }, /^limit name must /],
    [{ '1a': fine }, /^limit name must /],
    [{ 'a b': fine }, /^limit name must /],
    [{ [`a${'b'.repeat(64)}`]: fine }, /^limit name must /],
    [JSON.parse('{"__proto__": {"limit": 1, "windowMs": 1}}'), /^limit name must .* got "__proto__"/],
    [{ it: undefined }, /^limits\.it must be a limit/],
  ];
  test.each(names)('limits that cannot be: %j', (limits, message) => {
    expect(refusal({ limits })).toBeInstanceOf(TypeError);
    expect(String((refusal({ limits }) as Error).message)).toMatch(message);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12 + 1, '10', undefined, null])(
    'a limit of %s',
    (limit) => {
      expect(refused({ ...fine, limit })).toBeInstanceOf(RangeError);
      expect((refused({ ...fine, limit }) as Error).message).toMatch(
        /^limits\.it\.limit must be an integer from 0 to 1e12, got /,
      );
    },
  );

  const escalate = { after: 1, withinMs: 1, blockMs: 1 };
  const ranges: [string, unknown][] = [
    ...[0, 1.5, -1, 315_360_000_001, '1m', undefined].flatMap((ms): [string, unknown][] => [
      ['windowMs', { ...fine, windowMs: ms }],
      ['escalate.withinMs', { ...fine, escalate: { ...escalate, withinMs: ms } }],
      ['escalate.blockMs', { ...fine, escalate: { ...escalate, blockMs: ms } }],
    ]),
    ...[0, 1.5, '1m'].flatMap((ms): [string, unknown][] => [
      ['ttlMs', { algorithm: 'concurrency', limit: 1, ttlMs: ms }],
      ['tokenLease.holdMs', { ...fine, tokenLease: { maxTokens: 1, holdMs: ms } }],
      ['escalate.maxBlockMs', { ...fine, escalate: { ...escalate, maxBlockMs: ms } }],
      ['escalate.forgetMs', { ...fine, escalate: { ...escalate, forgetMs: ms } }],
    ]),
    ['burst', { ...fine, burst: 0 }],
    ['burst', { ...fine, burst: '5' }],
    ['softAt', { ...fine, softAt: 1.1 }],
    ['softAt', { ...fine, softAt: -0.1 }],
    ['localShare', { ...fine, localShare: 0 }],
    ['localShare', { ...fine, localShare: 1.01 }],
    ['escalate.factor', { ...fine, escalate: { ...escalate, factor: 0.9 } }],
    ['escalate.after', { ...fine, escalate: { ...escalate, after: 0 } }],
    ['tokenLease.maxTokens', { ...fine, tokenLease: { maxTokens: 0 } }],
    ['anchorDay', { ...quota, anchorDay: 0 }],
    ['anchorDay', { ...quota, anchorDay: 32 }],
  ];
  test.each(ranges)('a number out of range: %s in %j', (path, limit) => {
    expect(refused(limit)).toBeInstanceOf(RangeError);
    expect((refused(limit) as Error).message.startsWith(`limits.it.${path} must be `)).toBe(true);
  });

  const kinds: [string, unknown][] = [
    ['algorithm', { ...fine, algorithm: 'magic' }],
    ['mode', { ...fine, mode: 'off' }],
    ['onStoreError', { ...fine, onStoreError: 'panic' }],
    ['unit', { ...fine, unit: 'apples' }],
    ['key', { ...fine, key: 'ip' }],
    ['cost', { ...fine, cost: 5 }],
    ['per', { ...quota, per: 'hour' }],
    ['timeZone', { ...quota, timeZone: 'Mars/Olympus' }],
    ['refill', { ...fine, algorithm: 'bucket', refill: 'slowly' }],
    ['aligned', { ...fine, algorithm: 'fixed', aligned: 'yes' }],
    ['burst', { ...fine, algorithm: 'fixed', burst: 5 }],
    ['windowMs', { ...quota, windowMs: 5 }],
    ['refill', { ...fine, refill: 'interval' }],
    ['windwMs', { ...fine, windwMs: 5 }],
    ['escalate', { ...fine, escalate: 3 }],
    ['escalate.often', { ...fine, escalate: { ...escalate, often: 3 } }],
    ['tokenLease', { ...fine, algorithm: 'log', tokenLease: { maxTokens: 5 } }],
    ['tokenLease', { algorithm: 'concurrency', limit: 1, tokenLease: { maxTokens: 5 } }],
  ];
  test.each(kinds)('what nobody knows: %s in %j', (path, limit) => {
    expect(refused(limit)).toBeInstanceOf(TypeError);
    expect((refused(limit) as Error).message.startsWith(`limits.it.${path} must be `)).toBe(true);
  });

  test.each([
    ['deadlineMs', 0],
    ['deadlineMs', '50ms'],
    ['probeMs', 1.5],
    ['store', {}],
    ['tag', 'a'],
    ['guard', {}],
    ['denyCache', true],
  ])('an option that cannot be: %s %j', (name, value) => {
    expect((refusal({ limits: { it: fine }, [name]: value }) as Error).message).toMatch(new RegExp(`^${name} must be`));
  });

  test('a deny cache that cannot be, also where the store needs none', () => {
    for (const denyCache of [{ maxMs: '1s' }, { max: 0 }]) {
      for (const store of [undefined, deadStore()]) {
        expect((refusal({ limits: { it: fine }, denyCache, store }) as Error).message).toMatch(
          /^denyCache\.max(Ms)? must be/,
        );
      }
    }
  });

  test('an option that there is not', () => {
    expect(refusal({ limits: { it: fine }, limit: 5 })).toBeInstanceOf(TypeError);
    expect(refusal(undefined)).toBeInstanceOf(TypeError);
  });
});

describe('refuses at a call, and charges nothing', () => {
  const open = () => createRateLimiter({ limits: { it: { algorithm: 'fixed', ...fine } } });

  test.each([-1, 1.5, Number.NaN, '1', { it: -1 }])('a cost of %j', async (cost) => {
    const limiter = open();
    for (const method of ['take', 'peek', 'wait', 'lease'] as const) {
      await expect(limiter[method]('k', { cost: cost as never })).rejects.toThrow(RangeError);
    }
    expect(() => limiter.takeSync('k', { cost: cost as never })).toThrow(RangeError);
    expect(limiter.takeSync('k', { cost: 0 }).limits.it?.remaining).toBe(10);
  });

  test('names that it does not know', async () => {
    const limiter = open();
    await expect(limiter.take('k', { only: ['other' as never] })).rejects.toThrow(TypeError);
    await expect(limiter.take('k', { only: ['toString' as never] })).rejects.toThrow(TypeError);
    await expect(limiter.take('k', { cost: { other: 1 } as never })).rejects.toThrow(TypeError);
    await expect(limiter.block('other' as never, 'k', 5)).rejects.toThrow(TypeError);
    await expect(limiter.reset('other' as never, 'k')).rejects.toThrow(TypeError);
  });

  test.each([0, 1.5, '1m', Number.NaN])('a block of %j', async (blockMs) => {
    await expect(open().block('it', 'k', blockMs as never)).rejects.toThrow(RangeError);
  });

  test.each([
    ['', 'empty string'],
    [5, 'number'],
    [null, 'object'],
    [{ secret: 'hunter2' }, 'object'],
  ])('a key of %j, which it does not repeat', async (key, type) => {
    const limiter = createRateLimiter({ limits: { it: { ...fine, key: () => key as never } } });
    const error = await limiter.take('k').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'XC_RATELIMIT_KEY', details: { limit: 'it', type } });
    expect(String(error)).not.toContain('hunter2');
    await expect(open().take(key as never)).rejects.toMatchObject({ code: 'XC_RATELIMIT_KEY' });
    const tagged = createRateLimiter({ limits: { it: fine }, tag: () => key as never });
    await expect(tagged.take('k')).rejects.toMatchObject({ code: 'XC_RATELIMIT_KEY', details: { type } });
  });
});
