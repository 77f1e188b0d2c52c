export {
  type Backoff,
  constantBackoff,
  type DecorrelatedBackoffOptions,
  decorrelatedBackoff,
  type ExponentialBackoffOptions,
  exponentialBackoff,
} from './backoff.ts';
export type { Bus, BusHandlers, Subscription } from './bus.ts';
export type { Clock, Timer } from './clock.ts';
export type { Codec } from './codec.ts';
export { compose } from './compose.ts';
export { isXcError, XcError, type XcErrorOptions } from './error.ts';
export { harmlessLogger } from './harmless-logger.ts';
export { harmlessMeter } from './harmless-meter.ts';
export type { HealthProbe, ProbeResult } from './health.ts';
export { jsonCodec } from './json-codec.ts';
export { type LocalBusOptions, localBus } from './local-bus.ts';
export { type LocalLockOptions, localLock } from './local-lock.ts';
export type { Lock, LockLease, LockOptions } from './lock.ts';
export { type LogFields, type Logger, type LogMethod, noopLogger } from './logger.ts';
export {
  type Counter,
  type CounterCell,
  type Gauge,
  type GaugeCell,
  type Histogram,
  type HistogramCell,
  type HistogramSpec,
  type Meter,
  type MetricSpec,
  noopMeter,
} from './meter.ts';
export {
  type AnyMethod,
  type DualMethodDecorator,
  type MethodDecoratorContext,
  methodDecorator,
} from './method-decorator.ts';
export type { CallContext, Policy, RunOptions, Task } from './policy.ts';
export type { Random } from './random.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom } from './system-random.ts';
export { noopTracer, type Span, type SpanAttributes, type Tracer } from './tracer.ts';
