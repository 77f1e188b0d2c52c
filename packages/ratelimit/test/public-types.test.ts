import { expectTypeOf, test } from 'vitest';
import {
  createRateLimiter,
  type Decision,
  type Lease,
  type LimitState,
  type RateLimiter,
  type Rejected,
} from '../src/index.ts';

interface Caller {
  readonly ip: string;
  readonly account?: string;
}

const limiter = createRateLimiter({
  limits: {
    perIp: { algorithm: 'log', limit: 5, windowMs: 60_000, key: ({ ip }: { ip: string }) => ip },
    perAccount: { limit: 100, windowMs: 60_000, key: ({ account }: Caller) => account },
    global: { algorithm: 'fixed', limit: 1_000, windowMs: 1_000, key: () => 'all' },
  },
});

test('a limiter knows its limits by name', () => {
  expectTypeOf(limiter.names).toEqualTypeOf<readonly ('perIp' | 'perAccount' | 'global')[]>();
  const decision = limiter.takeSync({ ip: '192.0.2.1' }, { only: ['perIp'], cost: { perIp: 1 } });
  expectTypeOf(decision.violated).toEqualTypeOf<readonly ('perIp' | 'perAccount' | 'global')[]>();
  expectTypeOf(decision.limits.perIp).toEqualTypeOf<LimitState | undefined>();
  expectTypeOf(decision).toExtend<Decision>();
  // @ts-expect-error - no such limit
  void decision.limits.perUser;
  // @ts-expect-error - no such limit
  void (() => limiter.take({ ip: '' }, { only: ['perUser'] }));
  // @ts-expect-error - no such limit
  void (() => limiter.take({ ip: '' }, { cost: { perUser: 1 } }));
  // @ts-expect-error - no such limit
  void (() => limiter.update({ perUser: { limit: 1 } }));
  // @ts-expect-error - takeSync waits for nothing
  void (() => limiter.takeSync({ ip: '' }, { signal: new AbortController().signal }));
});

test('the subject is what all limits can be asked about', () => {
  expectTypeOf(limiter.take).parameter(0).toExtend<Caller>();
  // @ts-expect-error - no address
  void (() => limiter.take({ account: 'a' }));
  const plain = createRateLimiter({ limits: { it: { limit: 1, windowMs: 1_000 } } });
  expectTypeOf(plain).toEqualTypeOf<RateLimiter<'it', string>>();
  // @ts-expect-error - a subject without a key function is a string
  void (() => plain.take(5));
});

test('a lease is held or refused', () => {
  expectTypeOf(limiter.lease).returns.resolves.toEqualTypeOf<
    Lease<'perIp' | 'perAccount' | 'global'> | Rejected<'perIp' | 'perAccount' | 'global'>
  >();
});

test('limits are data that says what an algorithm has', () => {
  void (() => {
    // @ts-expect-error - a window must be given
    createRateLimiter({ limits: { it: { limit: 5 } } });
    // @ts-expect-error - a duration is a number of milliseconds
    createRateLimiter({ limits: { it: { limit: 5, windowMs: '1m' } } });
    // @ts-expect-error - no such algorithm
    createRateLimiter({ limits: { it: { algorithm: 'magic', limit: 5, windowMs: 1 } } });
  });
});
