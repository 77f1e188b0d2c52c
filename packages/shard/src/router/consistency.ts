/** What was written through it, reads through it see. */
export interface ShardSession {
  /** Per shard the last written position; opaque, at most 1 kB, and fit for a cookie. */
  readonly token: string;
}

/** How new a read must be. */
export type Consistency =
  /** From the primary. */
  | 'primary'
  /** From any replica whose lag is known. */
  | 'any'
  /** From a replica that is at most so far behind. */
  | { readonly maxStalenessMs: number }
  /** From a replica that has what the session wrote. */
  | { readonly session: ShardSession }
  /** From so many of them, the newest of the answers. */
  | QuorumRead;

/** Asks the primary and all replicas, and takes the newest answer. */
export interface QuorumRead {
  /** How many must answer. */
  readonly quorum: number;
  /** A missing value is the oldest, and not asked for. What this throws is what the read rejects with. */
  readonly versionOf: (value: unknown) => number | bigint;
  /** Told of each that answered with something older; nobody waits for it, or hears of its failures. */
  readonly repair?: (replica: string, newest: unknown) => void;
}
