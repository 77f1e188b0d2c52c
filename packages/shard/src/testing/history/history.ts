/** What became of a write: it was made, it was provably not made, or nobody knows. */
export type WriteOutcome = 'acknowledged' | 'refused' | 'unknown';

/** A write as the one who made it saw it. */
export interface HistoryWrite {
  readonly key: string;
  /** `undefined`: deleted. Values that differ each time tell the most. */
  readonly value: unknown;
  /** By the clock of the whole history. */
  readonly startedAt: number;
  /** Later, its effect cannot come; Infinity for one that was left open by a process that died. */
  readonly endedAt: number;
  readonly outcome: WriteOutcome;
}

/** A read, and its answer. */
export interface HistoryRead {
  readonly key: string;
  /** `undefined`: there was none. */
  readonly value: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A row on a shard, when all is over. */
export interface FoundRow {
  readonly shard: string;
  readonly key: string;
  readonly value: unknown;
}

/** What must not be. */
export interface HistoryViolation {
  /**
   * An acknowledged write is not there; something older is there; it is on two shards; it is where its owner is not; nobody
   * wrote it; a read gave what nobody wrote, or what was older than it may be.
   */
  readonly kind: 'lost' | 'older' | 'twice' | 'misplaced' | 'unwritten' | 'read-unwritten' | 'read-stale';
  readonly key: string;
  /** For people. */
  readonly text: string;
}
