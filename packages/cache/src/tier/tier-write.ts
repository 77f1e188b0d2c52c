import type { Announcement } from './tier-call.ts';
import type { StoredEntry, TierEntry } from './tier-entry.ts';

/** What a load gave. */
export interface TierFill {
  readonly key: string;
  readonly entry: TierEntry;
  /** As left by the read. */
  readonly fence: string;
  /** The highest group version known before the load began. */
  readonly stamp: bigint;
  /** Larger encodings are not stored. */
  readonly maxBytes: number;
  /** The owner of the lease that the read gave: ended by the fill. */
  readonly owner?: string;
  readonly announcement?: Announcement;
}

/** What a caller sets. */
export interface TierSet {
  readonly key: string;
  readonly entry: TierEntry;
  /** `latest`: the highest there is when it is written. */
  readonly stamp: bigint | 'latest';
  readonly maxBytes: number;
  readonly announcement?: Announcement;
  /** Store only over this version; anything else there, or nothing, refuses it. */
  readonly over?: bigint;
}

/** What became of a write. Whatever is not stored leaves the tier as it was. */
export type TierWritten =
  | { readonly state: 'stored'; readonly version: bigint; readonly stamp: bigint; readonly bytes: number }
  /** The fence was gone or changed. */
  | { readonly state: 'refused' }
  /** The codec cannot carry the value. */
  | { readonly state: 'unencodable'; readonly error: unknown }
  | { readonly state: 'too_large'; readonly bytes: number }
  | { readonly state: 'failed'; readonly error: unknown };

/** A key to invalidate, or to expire. */
export interface TierDrop {
  readonly key: string;
  readonly soft: boolean;
  readonly announcement?: Announcement;
}

/** What became of it. */
export type TierDropped =
  | { readonly state: 'dropped'; readonly version: bigint }
  | { readonly state: 'failed'; readonly error: unknown };

/** A key to touch. */
export interface TierTouch {
  readonly key: string;
  /** How long it is fresh from now; none: as long as it was given when it was stored. Never past its `maxAgeMs`. */
  readonly ttlMs?: number;
  /** Touch only this version. */
  readonly known?: bigint;
  readonly announcement?: Announcement;
}

/** What there was to touch, its expiry moved; undefined where nothing fresh was. */
export type TierTouched = Pick<StoredEntry, 'version' | 'stamp' | 'tags' | 'ttlLeftMs' | 'lifeLeftMs'> | undefined;
