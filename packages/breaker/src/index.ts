export { breakerProbe } from './breakers/breaker-probe.ts';
export type { Breakers, BreakersOptions } from './breakers/breakers.ts';
export { createBreakers } from './breakers/create-breakers.ts';
export { type Bulkhead, type BulkheadOptions, bulkhead } from './bulkhead/bulkhead.ts';
export { BulkheadFullError } from './bulkhead/bulkhead-full-error.ts';
export { BulkheadWaitError } from './bulkhead/bulkhead-wait-error.ts';
export { chaos } from './chaos/chaos.ts';
export { ChaosError } from './chaos/chaos-error.ts';
export type { ChaosOptions } from './chaos/chaos-options.ts';
export type { Breaker } from './circuit/breaker.ts';
export type { BreakerDump } from './circuit/breaker-dump.ts';
export type {
  BreakerOptions,
  BreakerUpdate,
  HalfOpenOptions,
  RampUpOptions,
  Trip,
} from './circuit/breaker-options.ts';
export type { BreakerSnapshot } from './circuit/breaker-snapshot.ts';
export type { BreakerState, OpenReason, TransitionReason } from './circuit/breaker-state.ts';
export { CircuitOpenError, type RefusalReason } from './circuit/circuit-open-error.ts';
export { createBreaker } from './circuit/create-breaker.ts';
export type { FleetLink } from './circuit/fleet-link.ts';
export type { Permit } from './circuit/permit.ts';
export type { Outcome, Verdict } from './circuit/verdict.ts';
export type { BreakerEvent, BreakerEvents } from './events/breaker-events.ts';
export type { EventStreamOptions } from './events/event-stream.ts';
export { type FallbackOptions, type FallbackPolicy, fallback } from './fallback/fallback.ts';
export { type HedgeOptions, hedge } from './hedge/hedge.ts';
export type { QuantileDelay } from './hedge/hedge-delay.ts';
export { HedgeLostError } from './hedge/hedge-lost-error.ts';
export { type AimdLimitOptions, aimdLimit } from './limits/aimd-limit.ts';
export type { ConcurrencyLimit } from './limits/concurrency-limit.ts';
export { type Gradient2LimitOptions, gradient2Limit } from './limits/gradient2-limit.ts';
export { type LimitFn, type VegasLimitOptions, vegasLimit } from './limits/vegas-limit.ts';
export type { PolicyOptions } from './options.ts';
export { type Pipeline, type PipelineOptions, pipeline } from './pipeline/pipeline.ts';
export type { PipelineWarning } from './pipeline/pipeline-warnings.ts';
export { type FromPresetOptions, fromPreset, type PresetPolicy } from './presets/from-preset.ts';
export { type Preset, type PresetName, presets } from './presets/presets.ts';
export { retry } from './retry/retry.ts';
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from './retry/retry-budget.ts';
export type { FailedAttempt, RetryOptions } from './retry/retry-options.ts';
export { type TokenRetryBudgetOptions, tokenRetryBudget } from './retry/token-retry-budget.ts';
export type { AttemptContext } from './run/attempt-context.ts';
export { DeadlineError } from './run/deadline-error.ts';
export { type Throttle, type ThrottleOptions, throttle } from './throttle/throttle.ts';
export { ThrottledError } from './throttle/throttled-error.ts';
export { CallTimeoutError } from './timeout/call-timeout-error.ts';
export { type TimeoutOptions, timeout } from './timeout/timeout.ts';
export type { CountWindowOptions, TimeWindowOptions, WindowOptions } from './window/create-window.ts';
export { Guarded, type GuardedMethod } from './wrap/guarded.ts';
export { wrap } from './wrap/wrap.ts';
export type { WrapOptions } from './wrap/wrap-options.ts';
