import {
  type Backoff,
  type Bus,
  type CallContext,
  type Clock,
  type Codec,
  compose,
  constantBackoff,
  exponentialBackoff,
  type HealthProbe,
  isXcError,
  jsonCodec,
  type Lock,
  type LockLease,
  type Logger,
  localBus,
  localLock,
  type Meter,
  noopLogger,
  noopMeter,
  noopTracer,
  type Policy,
  type Random,
  type RunOptions,
  systemClock,
  systemRandom,
  type Timer,
  type Tracer,
  XcError,
} from '@xc/core';
import { currentContext, newCorrelationId, type RequestContext, runInContext } from '@xc/core/context';
import {
  delayed,
  dropping,
  duplicating,
  failing,
  flaky,
  type ManualClock,
  type MemoryLogger,
  type RecordingMeter,
  reordering,
  SeededRandom,
} from '@xc/core/testing';
import pino from 'pino';
import { expectTypeOf } from 'vitest';

// Defaults and fakes are what they stand for.
expectTypeOf(systemClock).toEqualTypeOf<Clock>();
expectTypeOf(systemRandom).toEqualTypeOf<Random>();
expectTypeOf(noopLogger).toEqualTypeOf<Logger>();
expectTypeOf(noopMeter).toEqualTypeOf<Meter>();
expectTypeOf(noopTracer).toEqualTypeOf<Tracer>();
expectTypeOf(jsonCodec).toEqualTypeOf<Codec>();
expectTypeOf(localBus()).toEqualTypeOf<Bus>();
expectTypeOf(localLock()).toEqualTypeOf<Lock>();
expectTypeOf(compose()).toEqualTypeOf<Policy>();
expectTypeOf<ManualClock>().toExtend<Clock>();
expectTypeOf<SeededRandom>().toExtend<Random>();
expectTypeOf<MemoryLogger>().toExtend<Logger>();
expectTypeOf<RecordingMeter>().toExtend<Meter>();
expectTypeOf(pino()).toExtend<Logger>();

// Clock.
expectTypeOf(systemClock.sleep(5, new AbortController().signal)).toEqualTypeOf<Promise<void>>();
expectTypeOf(systemClock.after(5, () => {})).toEqualTypeOf<Timer>();
// @ts-expect-error: no duration strings
systemClock.after('5s', () => {});

// Logger: fields first, as in pino.
noopLogger.info({ a: 1 }, 'message');
noopLogger.info('message');
// @ts-expect-error: a message cannot come first when there are fields
noopLogger.info('message', { a: 1 });
// @ts-expect-error: a child has fields
noopLogger.child();

// Meter: a cell knows only what it can do.
noopMeter
  .counter({ name: 'n', help: 'h', labels: ['a'] })
  .at('x')
  .inc();
noopMeter
  .histogram({ name: 'n', help: 'h', buckets: [1, 2] as const })
  .at()
  .record(1);
// @ts-expect-error: a counter is not set
noopMeter.counter({ name: 'n', help: 'h' }).at().set(1);
// @ts-expect-error: label values are strings
noopMeter.gauge({ name: 'n', help: 'h' }).at(5);
// @ts-expect-error: a metric has a help text
noopMeter.counter({ name: 'n' });

// Tracer: a span gives back what its function gives.
expectTypeOf(noopTracer.span('n', () => 5)).toEqualTypeOf<number>();
expectTypeOf(noopTracer.span('n', async () => 'x', { a: 1, b: 'x', c: true })).toEqualTypeOf<Promise<string>>();
expectTypeOf(noopTracer.continue({ traceparent: undefined }, () => 5)).toEqualTypeOf<number>();
// @ts-expect-error: attributes are plain
noopTracer.span('n', () => 5, { a: {} });

// Codec: what comes back is not known.
expectTypeOf(jsonCodec.decode(jsonCodec.encode(5, 'binding'))).toEqualTypeOf<unknown>();

// Policy: a run gives what its task gives, flattened, and a context fits as the next one's options.
const policy: Policy = compose(compose(), compose());
expectTypeOf(policy.run(() => 5)).toEqualTypeOf<Promise<number>>();
expectTypeOf(policy.run(async ({ attempt }) => `${attempt}`)).toEqualTypeOf<Promise<string>>();
expectTypeOf<CallContext>().toExtend<RunOptions>();
policy.run((context) => policy.run(() => 5, context), { key: 'k', deadline: 5, idempotent: true, priority: 1 });
// @ts-expect-error: a context is read only
policy.run((context) => (context.attempt = 2));
// @ts-expect-error: only policies can be composed
compose({ name: 'no run' });

// Bus and lock clean up after themselves.
expectTypeOf<Bus>().toExtend<AsyncDisposable>();
expectTypeOf<LockLease>().toExtend<AsyncDisposable>();
expectTypeOf<LockLease['fence']>().toEqualTypeOf<bigint>();
// @ts-expect-error: a bus carries bytes
localBus().publish('channel', 'text');
// @ts-expect-error: a subscriber must say what it does about a gap
localBus().subscribe('channel', { message() {} });
// @ts-expect-error: options have their units in their names
localLock().acquire('name', { ttl: 5 });

// Health.
const probe: HealthProbe = { name: 'db', check: async () => ({ status: 'degraded', details: { lagMs: 5 } }) };
// @ts-expect-error: there are three ways to be
const wrong: HealthProbe = { name: 'db', check: async () => ({ status: 'fine' }) };

// Errors: the code is part of the type, and the guard narrows to it.
const error = new XcError('XC_TEST', 'it broke', { details: { a: 1 }, retryable: true });
expectTypeOf(error).toEqualTypeOf<XcError<'XC_TEST'>>();
expectTypeOf(error.toJSON().code).toEqualTypeOf<'XC_TEST'>();
const caught: unknown = error;
if (isXcError(caught, 'XC_OTHER')) expectTypeOf(caught.code).toEqualTypeOf<'XC_OTHER'>();
if (isXcError(caught)) expectTypeOf(caught.code).toEqualTypeOf<string>();
// @ts-expect-error: details are read only
error.details.a = 2;

// Back-off.
expectTypeOf(constantBackoff(5)).toEqualTypeOf<Backoff>();
// @ts-expect-error: a cap is required
exponentialBackoff({ baseMs: 5 });
// @ts-expect-error: jitter is one of three
exponentialBackoff({ baseMs: 5, capMs: 10, jitter: 'some' });

// Ambient context.
expectTypeOf(runInContext({ correlationId: newCorrelationId() }, () => 5)).toEqualTypeOf<number>();
expectTypeOf(currentContext()).toEqualTypeOf<RequestContext | undefined>();
// @ts-expect-error: work without a correlation id cannot be followed
runInContext({ tenant: 'acme' }, () => 5);

// Chaos wrappers give back what they are given.
expectTypeOf(failing(localLock())).toEqualTypeOf<Lock>();
expectTypeOf(delayed(systemClock, 5)).toEqualTypeOf<Clock>();
expectTypeOf(flaky(probe, 0.5, new SeededRandom(1), new Error('mine'))).toEqualTypeOf<HealthProbe>();
for (const unreliable of [dropping, duplicating, reordering]) {
  expectTypeOf(unreliable(localBus(), 0.1, systemRandom)).toEqualTypeOf<Bus>();
}

export { wrong };
