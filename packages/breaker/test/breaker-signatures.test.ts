import { type CircuitBreakerOptions, CircuitBreaker as OpossumBreaker } from '@xc/breaker/opossum';
import type { HealthProbe, Policy } from '@xc/core';
import { expect, expectTypeOf, test } from 'vitest';
import {
  type Breaker,
  type BreakerDump,
  type BreakerEvent,
  type BreakerEvents,
  type BreakerOptions,
  type BreakerSnapshot,
  type BreakerState,
  type Breakers,
  breakerProbe,
  type CircuitOpenError,
  createBreaker,
  createBreakers,
  type OpenReason,
  type Outcome,
  type Permit,
  type PresetName,
  presets,
  type Trip,
  type Verdict,
} from '../src/index.ts';

/** What it is given is proven by the compiler, in the types stage of the checks, and never called. */
const compiled = (...proofs: readonly unknown[]) => expect(proofs).not.toHaveLength(0);

test('a breaker is a policy, and so is a registry', () => {
  expectTypeOf(createBreaker()).toEqualTypeOf<Breaker>();
  expectTypeOf(createBreakers()).toEqualTypeOf<Breakers>();
  expectTypeOf<Breaker>().toExtend<Policy>();
  expectTypeOf<Breakers>().toExtend<Policy>();
  expectTypeOf(createBreaker().run(async () => 'a' as const)).toEqualTypeOf<Promise<'a'>>();
  expectTypeOf(createBreaker().tryAcquire()).toEqualTypeOf<Permit | undefined>();
  expectTypeOf<Permit>().toExtend<Disposable>();
  expectTypeOf(createBreaker().snapshot()).toEqualTypeOf<BreakerSnapshot>();
  expectTypeOf(createBreaker().dump()).toEqualTypeOf<BreakerDump>();
  expectTypeOf(breakerProbe('a', createBreakers())).toEqualTypeOf<HealthProbe>();
});

test('wrong options do not compile', () => {
  compiled(
    // @ts-expect-error a typing error in a name
    () => createBreaker({ failureTreshold: 0.5 }),
    // @ts-expect-error not a number
    () => createBreaker({ failureRate: '0.5' }),
    // @ts-expect-error a window of no known type
    () => createBreaker({ window: { type: 'sliding', size: 5 } }),
    // @ts-expect-error a count window has a size, not a length
    () => createBreaker({ window: { type: 'count', lengthMs: 5 } }),
    // @ts-expect-error nobody begins open
    () => createBreaker({ initialState: 'open' }),
    // @ts-expect-error not an end of half-open
    () => createBreaker({ halfOpen: { onMaxWait: 'close' } }),
    // @ts-expect-error a verdict nobody knows
    () => createBreaker({ classify: () => 'sucess' }),
    // @ts-expect-error a name is not for updates
    () => createBreaker().update({ name: 'other' }),
    // @ts-expect-error no such event
    () => createBreaker().on('opened', () => {}),
    (options: BreakerOptions) => {
      // @ts-expect-error options are read-only
      options.minimumCalls = 5;
    },
    // @ts-expect-error a preset that is not there
    () => presets.mysql,
    () => {
      // @ts-expect-error presets are read-only
      presets.redis.timeoutMs = 5;
    },
  );
});

test('an event tells its listener what it carries', () => {
  const breaker = createBreaker();
  compiled(
    breaker.on('transition', (event) => {
      expectTypeOf(event.from).toEqualTypeOf<BreakerState>();
      expectTypeOf(event.snapshot).toEqualTypeOf<BreakerSnapshot>();
    }),
    breaker.on('failure', (event) => expectTypeOf(event).toEqualTypeOf<BreakerEvents['failure']>()),
    createBreakers().on('stale', (event) => expectTypeOf(event.key).toEqualTypeOf<string>()),
  );
  const told = (event: BreakerEvent) => {
    if (event.type === 'dropped') expectTypeOf(event.count).toEqualTypeOf<number>();
    if (event.type === 'rate-exceeded') expectTypeOf(event.kind).toEqualTypeOf<'failure' | 'slow'>();
  };
  compiled(told);
});

test('what a breaker asks and says has its type', () => {
  expectTypeOf<Trip['reason']>().toEqualTypeOf<OpenReason>();
  expectTypeOf<Extract<Verdict, object>>().toEqualTypeOf<{ readonly openForMs: number }>();
  expectTypeOf<Extract<Outcome, { ok: false }>['error']>().toEqualTypeOf<unknown>();
  expectTypeOf<CircuitOpenError['code']>().toEqualTypeOf<'XC_BREAKER_OPEN'>();
  expectTypeOf<PresetName>().toEqualTypeOf<'database' | 'redis' | 'external-api' | 'email' | 'sms'>();
});

test('the facade keeps the parameters and the result of its action', () => {
  const breaker = new OpossumBreaker(async (id: string, weight: number) => ({ id, weight }));
  expectTypeOf(breaker.fire).parameters.toEqualTypeOf<[id: string, weight: number]>();
  expectTypeOf(breaker.fire('a', 1)).toEqualTypeOf<Promise<{ id: string; weight: number }>>();
  compiled(
    // @ts-expect-error not what the action takes
    () => breaker.fire(5),
    // @ts-expect-error caching is not what a breaker does
    (): CircuitBreakerOptions => ({ cache: true }),
  );
});
