import { createServer } from 'node:http';
import { compose, type Policy } from '@xc/core';
import { runInContext } from '@xc/core/context';
import { ManualClock } from '@xc/core/testing';
import { type Item, parseList } from 'structured-headers';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  createRateLimiter,
  type FetchLike,
  type HeaderSource,
  pacedFetch,
  parseRateLimit,
  RateLimited,
  RateLimitedError,
  rateLimitHeaders,
  rateLimitPolicy,
  rateLimitProblem,
} from '../src/index.ts';
import { deadStore } from '../src/testing/index.ts';

const minute = { limit: 2, windowMs: 60_000 } as const;

describe('the headers of a decision', () => {
  test('tell of enforced limits alone, in the order of their definition', async () => {
    const limiter = createRateLimiter({
      limits: {
        zulu: { algorithm: 'fixed', limit: 3, windowMs: 10_000 },
        trial: { limit: 1, windowMs: 1_000, mode: 'shadow' },
        alpha: { algorithm: 'quota', limit: 100, per: 'day', unit: 'content-bytes' },
        away: { limit: () => undefined, windowMs: 1_000 },
      },
      clock: new ManualClock(Date.UTC(2026, 0, 1, 23)),
    });
    for (const remaining of [2, 1, 0]) {
      const fields = rateLimitHeaders(await limiter.take('ada'));
      expect(fields).toEqual({
        'RateLimit-Policy': '"zulu";q=3;w=10, "alpha";q=100;qu="content-bytes";w=86400',
        RateLimit: `"zulu";r=${remaining};t=10, "alpha";r=${remaining + 97};t=3600`,
      });
    }
    const refused = await limiter.take('ada');
    expect(refused.limits.trial?.shadowed).toBe(true);
    expect(rateLimitHeaders(refused)).toMatchObject({ 'Retry-After': '10' });
    for (const format of ['draft-10', 'draft-7', 'draft-6', 'legacy'] as const) {
      expect(JSON.stringify(rateLimitHeaders(refused, { format }))).not.toContain('trial');
    }
  });

  test('of a limiter with nothing but shadow limits are none', async () => {
    const limiter = createRateLimiter({ limits: { trial: { ...minute, mode: 'shadow' } } });
    for (let call = 0; call < 4; call += 1) expect(rateLimitHeaders(await limiter.take('ada'))).toEqual({});
  });

  test('of a concurrency limit give neither window nor reset', async () => {
    const limiter = createRateLimiter({ limits: { jobs: { algorithm: 'concurrency', limit: 2 } } });
    await using _lease = await holding(limiter.lease('ada'));
    expect(rateLimitHeaders(await limiter.peek('ada', { cost: 0 }))).toEqual({
      'RateLimit-Policy': '"jobs";q=2;qu="concurrent-requests"',
      RateLimit: '"jobs";r=1',
    });
  });

  test('are those of a limit that nothing can satisfy, without a time', async () => {
    const limiter = createRateLimiter({ limits: { none: { limit: 0, windowMs: 1_000 } } });
    expect(rateLimitHeaders(await limiter.take('ada'))).toEqual({
      'RateLimit-Policy': '"none";q=0;w=1',
      RateLimit: '"none";r=0',
    });
  });

  test('never let a client come back too early, whatever the algorithm', async () => {
    const rules = {
      gcra: { limit: 7, windowMs: 10_000, burst: 2 },
      bucket: { algorithm: 'bucket', limit: 7, windowMs: 10_000, burst: 2 },
      sliding: { algorithm: 'sliding', limit: 3, windowMs: 2_500 },
      fixed: { algorithm: 'fixed', limit: 3, windowMs: 2_500 },
      log: { algorithm: 'log', limit: 3, windowMs: 2_500 },
    } as const;
    for (const [name, rule] of Object.entries(rules)) {
      const clock = new ManualClock();
      const limiter = createRateLimiter({ limits: { [name]: rule }, clock });
      for (let call = 0; call < 20; call += 1) {
        const decision = await limiter.take('ada');
        const fields = rateLimitHeaders(decision);
        const [[, parameters] = [] as unknown as Item] = parseList(fields.RateLimit ?? '') as Item[];
        if (decision.allowed) await clock.advance(137);
        else {
          expect(fields['Retry-After']).toBe(String(parameters.get('t')));
          await clock.advance(Number(fields['Retry-After']) * 1_000);
          expect((await limiter.take('ada')).allowed).toBe(true);
        }
      }
    }
  });
});

describe('the problem document of a decision', () => {
  test('is a 503 when the store is away and the limit closed, and a 429 when memory decided', async () => {
    const limits = { closed: { ...minute, onStoreError: 'closed' }, local: { ...minute, limit: 0 } } as const;
    const limiter = createRateLimiter({ limits, store: deadStore() });
    const closed = rateLimitProblem(await limiter.take('ada', { only: ['closed'] }));
    expect([closed.status, closed.headers['Retry-After']]).toEqual([503, '1']);
    expect(closed.body['violated-policies']).toEqual(['closed']);
    expect(rateLimitProblem(await limiter.take('ada', { only: ['local'] })).status).toBe(429);
    await limiter.close();
  });

  test('is not a 503 for a limit that is closed in the shadow', async () => {
    const limits = {
      shadow: { ...minute, mode: 'shadow', onStoreError: 'closed' },
      local: { ...minute, limit: 0 },
    } as const;
    const limiter = createRateLimiter({ limits, store: deadStore() });
    const refused = await limiter.take('ada');
    expect([refused.source, rateLimitProblem(refused).status, refused.violated]).toEqual(['local', 429, ['local']]);
    await limiter.close();
  });

  test('speaks of abnormal usage while a key is blocked', async () => {
    const limiter = createRateLimiter({ limits: { ip: minute } });
    await limiter.block('ip', 'ada', 5_000);
    const { status, headers, body } = rateLimitProblem(await limiter.take('ada'));
    expect([status, headers['Retry-After'], body.type.split('#')[1]]).toEqual([429, '5', 'abnormal-usage-detected']);
  });
});

describe('around calls', () => {
  test('a decorated method and a policy charge the same limits, and hand over the decision that refused', async () => {
    const limiter = createRateLimiter({ limits: { calls: minute } });
    class Mail {
      @RateLimited(limiter)
      async send(to: string): Promise<string> {
        return to;
      }
    }
    const policy = rateLimitPolicy(limiter);
    expect(await new Mail().send('ada')).toBe('ada');
    expect(await policy.run(() => 'sent', { key: 'ada' })).toBe('sent');
    const error = await new Mail().send('ada').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).decision.violated).toEqual(['calls']);
    expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(0);
    await expect(policy.run(() => 'sent', { key: 'ada' })).rejects.toMatchObject({ code: 'XC_RATELIMIT_REJECTED' });
  });

  test('a policy that waits lets runs through one after the other', async () => {
    const clock = new ManualClock();
    const limiter = createRateLimiter({ limits: { calls: { limit: 1, windowMs: 1_000 } }, clock });
    const policy: Policy = compose(rateLimitPolicy(limiter, { wait: true, maxWaitMs: 1_500 }));
    const runs = [1, 2, 3].map(() => policy.run(() => clock.monotonic(), { key: 'ada' }).catch(({ code }) => code));
    await clock.advance(2_000);
    expect(await Promise.all(runs)).toEqual([0, 1_000, 'XC_RATELIMIT_REJECTED']);
  });

  test('the subject of a decorated method may be any that the limits take', async () => {
    const limiter = createRateLimiter({
      limits: { tenant: { ...minute, key: ({ tenant }: { tenant: string }) => tenant, cost: () => 2 } },
    });
    class Reports {
      @RateLimited(limiter, { subject: ([tenant]) => ({ tenant: String(tenant) }) })
      async build(tenant: string): Promise<string> {
        return tenant;
      }
    }
    expect(await new Reports().build('acme')).toBe('acme');
    await expect(new Reports().build('acme')).rejects.toMatchObject({ code: 'XC_RATELIMIT_REJECTED' });
  });

  test('the subject of the context counts where the first argument is no string', async () => {
    const limiter = createRateLimiter({ limits: { calls: { limit: 1, windowMs: 60_000 } } });
    class Jobs {
      @RateLimited(limiter)
      async run(count: number): Promise<number> {
        return count;
      }
    }
    const as = (subject: string) => runInContext({ correlationId: 'c', subject }, () => new Jobs().run(1));
    await as('ada');
    await as('bob');
    await expect(as('ada')).rejects.toMatchObject({ code: 'XC_RATELIMIT_REJECTED' });
  });
});

test('headers and fetch are those of the platform', () => {
  expectTypeOf(fetch).toExtend<FetchLike>();
  expectTypeOf<Headers>().toExtend<HeaderSource>();
  const server = createServer((request) => void parseRateLimit(request.headers));
  server.close();
  expectTypeOf(pacedFetch(fetch)).returns.resolves.toEqualTypeOf<Response>();
});

/** A lease that was granted. */
async function holding<T extends { readonly allowed: boolean }>(
  lease: Promise<T>,
): Promise<Extract<T, AsyncDisposable>> {
  const granted = await lease;
  if (!granted.allowed) throw new Error('the lease was refused');
  return granted as Extract<T, AsyncDisposable>;
}
