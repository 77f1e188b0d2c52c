export { CircuitBreaker, CircuitBreaker as default } from './circuit-breaker.ts';
export type { CircuitBreakerOptions, CircuitBreakerState } from './circuit-breaker-options.ts';
export type { BucketStats, Stats, Status, StatusOptions } from './status.ts';
