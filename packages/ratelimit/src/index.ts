export { type ClientIpOptions, type ClientIpResolver, clientIpResolver } from './address/client-ip-resolver.ts';
export { type IpKeyOptions, ipKey } from './address/ip-key.ts';
export { type RateLimitPolicyOptions, rateLimitPolicy } from './calls/rate-limit-policy.ts';
export { RateLimited, type RateLimitedMethod, type RateLimitedOptions } from './calls/rate-limited.ts';
export { RateLimitedError } from './calls/rate-limited-error.ts';
export type { HeaderSource } from './headers/header-source.ts';
export { type ParseRateLimitOptions, parseRateLimit } from './headers/parse-rate-limit.ts';
export { type HeaderFormat, type RateLimitHeadersOptions, rateLimitHeaders } from './headers/rate-limit-headers.ts';
export type { RateLimitHint, RateLimitItem } from './headers/rate-limit-hint.ts';
export {
  type ProblemDetails,
  type RateLimitProblem,
  type RateLimitProblemOptions,
  rateLimitProblem,
} from './headers/rate-limit-problem.ts';
export type { KeyOptions, LeaseOptions, LimitChange, TakeOptions, WaitOptions } from './limiter/call-options.ts';
export { createRateLimiter } from './limiter/create-rate-limiter.ts';
export type { Decision, DecisionSource, Rejected } from './limiter/decision.ts';
export type { Lease } from './limiter/lease.ts';
export type { LimitState } from './limiter/limit-state.ts';
export type { BlockedEvent, DegradedEvent, RateLimiterEvents, RejectedEvent } from './limiter/limiter-events.ts';
export type { RateLimiter } from './limiter/rate-limiter.ts';
export type { DenyCacheOptions, RateLimiterOptions } from './limiter/rate-limiter-options.ts';
export type { Escalate } from './limits/escalate.ts';
export type { Dynamic, DynamicNumber, Limit, LimitSettings } from './limits/limit.ts';
export type {
  Algorithm,
  BucketRule,
  ConcurrencyRule,
  FixedRule,
  GcraRule,
  LimitRule,
  LogRule,
  QuotaRule,
  SlidingRule,
} from './limits/limit-rule.ts';
export type { LimitUnit } from './limits/limit-unit.ts';
export type { LimitSet, SubjectOf } from './limits/subject-of.ts';
export type { TokenLease } from './limits/token-lease.ts';
export { type MemoryStoreOptions, memoryStore, type SyncLimitStore } from './memory/memory-store.ts';
export type { FetchLike, PaceOptions } from './pacing/pace-options.ts';
export { pacedFetch } from './pacing/paced-fetch.ts';
export { createShedder } from './shedding/create-shedder.ts';
export type { Admission, Shedder, ShedderOptions } from './shedding/shedder.ts';
export type { LimitOp } from './store/limit-op.ts';
export type { LimitStore, StepCall } from './store/limit-store.ts';
export type { BlockStep, LeaseStep, PeekStep, PlainStep, Step, StepLease, TakeStep } from './store/step.ts';
export type { OpState, StepReply } from './store/step-reply.ts';
