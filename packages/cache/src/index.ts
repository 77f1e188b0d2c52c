export type { Cache } from './api/cache.ts';
export type { CacheEvents, DiscardReason, NamespaceFact } from './api/cache-events.ts';
export type { CacheOptions, RecoveryOptions } from './api/cache-options.ts';
export type { CacheStats, HotKey } from './api/cache-stats.ts';
export type { EarlyRefresh } from './api/early-refresh.ts';
export type { Entry } from './api/entry.ts';
export type { EntryOptions } from './api/entry-options.ts';
export type { L1Options } from './api/l1-options.ts';
export type { LoadContext, Loader, ManyLoader, StaleValue } from './api/loader.ts';
export type { OnceContext, OnceOptions } from './api/once.ts';
export type { BatchOptions, Resource, ResourceOptions } from './api/resource.ts';
export type { Invalidation, Target } from './api/target.ts';
export type { VerifyOptions, VerifyReport } from './api/verify.ts';
export type { WarmOptions, WarmReport } from './api/warm.ts';
export { type BusCoherenceOptions, busCoherence } from './coherence/bus-coherence.ts';
export type {
  Coherence,
  CoherenceHandlers,
  CoherenceLink,
  CoherenceNode,
  GapCause,
} from './coherence/coherence.ts';
export type { CoherenceMessage } from './coherence/coherence-message.ts';
export { createCache } from './create-cache.ts';
export type { CacheSource } from './decorators/cache-of.ts';
export { Cached, type CachedMethod, type CachedOptions } from './decorators/cached.ts';
export { Invalidates, type InvalidatesOptions } from './decorators/invalidates.ts';
export { cacheKey } from './keys/cache-key.ts';
export { type MemoryTierOptions, memoryTier } from './memory-tier/memory-tier.ts';
export { type EarlyRefreshFacts, shouldRefreshEarly } from './should-refresh-early.ts';
export {
  type CachedQuery,
  type CachedQueryOptions,
  cachedQuery,
  type QueryOptions,
  type QueryRunner,
} from './sql/cached-query.ts';
export { classifySql, type SqlKind } from './sql/classify-sql.ts';
export type { Tier, TierCache, TierSpace } from './tier/tier.ts';
export type { Announcement, TierCall } from './tier/tier-call.ts';
export type { StoredEntry, TierEntry } from './tier/tier-entry.ts';
export type { TierGroups, TierRaise } from './tier/tier-groups.ts';
export type { OnceAbandon, OnceAsk, OnceFinish, OnceFinished, OnceHold, OnceRecord } from './tier/tier-once.ts';
export type { TierFound, TierHold, TierRead, TierReads, TierRight } from './tier/tier-read.ts';
export type {
  TierDrop,
  TierDropped,
  TierFill,
  TierSet,
  TierTouch,
  TierTouched,
  TierWritten,
} from './tier/tier-write.ts';
