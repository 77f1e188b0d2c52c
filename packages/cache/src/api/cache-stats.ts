/** A cache in figures, since it was made; a namespace counts its own requests. */
export interface CacheStats {
  /** Entries in memory. */
  readonly items: number;
  /** Their weight; 0 without `maxBytes`. */
  readonly bytes: number;
  readonly hits: number;
  readonly staleHits: number;
  readonly misses: number;
  /** Hits that the `l2` answered. */
  readonly l2Hits: number;
  /** Hits and stale hits among all requests, from 0 to 1; 0 before the first. */
  readonly hitRate: number;
  readonly loads: number;
  readonly loadErrors: number;
  readonly discardedFills: number;
  readonly evictions: number;
  readonly expirations: number;
  readonly invalidations: number;
  /** Invalidations that wait for the `l2`. */
  readonly recoveryQueue: number;
  /** Entries in memory that are checked before their next use. */
  readonly suspects: number;
  /** Share of the memory that the adaptive policy gives to new entries. */
  readonly windowRatio: number;
  readonly l2: 'none' | 'up' | 'away';
  readonly coherence: 'none' | 'up' | 'gap';
}

/** A key that is asked for often. */
export interface HotKey {
  readonly key: string;
  /** The namespace that it is of, within the one that was asked, names joined with ':'; none: its own. */
  readonly namespace?: string;
  readonly hits: number;
  readonly misses: number;
  /** Milliseconds that its loads took. */
  readonly loadMs: number;
}
