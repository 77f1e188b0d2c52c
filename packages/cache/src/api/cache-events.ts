import type { GapCause } from '../coherence/coherence.ts';
import type { Target } from './target.ts';

/**
 * What a cache tells its listeners: of its own keys and targets, and of those of the namespaces within it. An invalidation of
 * everything is told to the listeners of all it covers; a gap and the state of the `l2` to all there are.
 */
export interface CacheEvents {
  /** A loaded value was stored. */
  readonly fill: { readonly key: string } & NamespaceFact;
  /** A loaded value was not stored, because what it was loaded from may have changed meanwhile. */
  readonly discard: { readonly key: string; readonly reason: DiscardReason } & NamespaceFact;
  readonly evict: { readonly key: string; readonly reason: 'size' | 'expired' } & NamespaceFact;
  readonly invalidate: {
    readonly target: Target;
    readonly version: bigint;
    readonly from: 'here' | 'elsewhere';
  } & NamespaceFact;
  /** Messages of other nodes may have been missed. */
  readonly gap: { readonly cause: GapCause };
  readonly l2: { readonly state: 'up' | 'away' };
  readonly loadError: { readonly key: string; readonly error: unknown } & NamespaceFact;
  readonly refreshError: { readonly key: string; readonly error: unknown } & NamespaceFact;
}

/** Whose key or target it is, as seen from the cache that is listened to. */
export interface NamespaceFact {
  /** The namespace within that cache, names joined with ':'; none: its own. */
  readonly namespace?: string;
}

/** Why a loaded value was not stored. */
export type DiscardReason = 'key' | 'tag' | 'prefix' | 'fence' | 'slow';
