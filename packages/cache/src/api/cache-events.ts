import type { GapCause } from '../coherence/coherence.ts';
import type { Target } from './target.ts';

/** What a cache tells its listeners. */
export interface CacheEvents {
  /** A loaded value was stored. */
  readonly fill: { readonly key: string };
  /** A loaded value was not stored, because what it was loaded from may have changed meanwhile. */
  readonly discard: { readonly key: string; readonly reason: DiscardReason };
  readonly evict: { readonly key: string; readonly reason: 'size' | 'expired' };
  readonly invalidate: { readonly target: Target; readonly version: bigint; readonly from: 'here' | 'elsewhere' };
  /** Messages of other nodes may have been missed. */
  readonly gap: { readonly cause: GapCause };
  readonly l2: { readonly state: 'up' | 'away' };
  readonly loadError: { readonly key: string; readonly error: unknown };
  readonly refreshError: { readonly key: string; readonly error: unknown };
}

/** Why a loaded value was not stored. */
export type DiscardReason = 'key' | 'tag' | 'prefix' | 'fence' | 'slow';
