/** One row, or whatever else a key names. */
export interface Row {
  /** The key as the adapter orders it. */
  readonly key: string;
  /** `undefined`, with a version: a tombstone. `read` of an adapter with capture 'mirror' gives them, and `apply` takes them. */
  readonly value: unknown;
  /** Grows with every write of the row; adapters with capture 'mirror' must have it. */
  readonly version?: bigint;
}

/** What a key is to become. */
export interface RowChange {
  readonly key: string;
  /** `undefined`: deleted. */
  readonly row: Row | undefined;
}

/** Where an adapter call acts, and for whom. */
export interface Place {
  readonly shard: string;
  readonly partition: number;
  readonly moveId: string;
  /** The topology epoch at which this mover took the job: grows with every taking over of any job. */
  readonly mover: number;
}

/** A write that is about to be made. */
export interface IntendedWrite {
  /** Of the rows that it may change. */
  readonly keys: readonly string[];
  /** The term it will be made with. */
  readonly term: number;
}

/** What a shard keeps of a partition. */
export interface PlaceState {
  readonly partition: number;
  readonly rows: number;
  /** The lowest term that may write; 0 where nothing was ever fenced. */
  readonly minTerm: number;
  /** Ids of the moves that its changes are captured for, or that have left any behind. */
  readonly captures: readonly string[];
}

/** Equal contents give equal digests, on every shard. */
export interface BucketDigest {
  readonly rows: number;
  readonly hash: string;
}

/** One row of a bucket, without its value. */
export interface RowDigest {
  readonly key: string;
  readonly hash: string;
}

/** Changed keys that were not acknowledged. */
export interface ChangedKeys {
  readonly keys: readonly string[];
  /** Names these changes to `acknowledge`; `undefined` when there are none. */
  readonly ack: string | undefined;
}

/** The data of shards, as a mover needs it. `@xc/shard/testing` has the contract that every adapter keeps. */
export interface DataAdapter {
  readonly name: string;
  /**
   * 'log': the data records changed keys in the transaction of the write. 'mirror': the router does; rows need versions, and
   * deletes leave versioned tombstones.
   */
  readonly capture: 'log' | 'mirror';
  /** 'data': the shard itself refuses old terms. 'lease': routers stop by themselves, and the mover waits a lease. */
  readonly fencing: 'data' | 'lease';
  /** When it resolves, no `apply` or `purge` of a lower mover can ever take effect at this place, those under way included. */
  claim(at: Place, signal: AbortSignal): Promise<void>;
  /** In key order; `next` is the cursor to journal, `undefined` at the end. */
  scan(
    at: Place,
    after: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly Row[]; readonly next: string | undefined }>;
  /**
   * The rows as they are now; a missing key is a deleted one. With capture 'mirror' a deleted row that is still remembered comes
   * as a tombstone: applied elsewhere it removes what is older, and nothing that was written since.
   */
  read(at: Place, keys: readonly string[], signal: AbortSignal): Promise<readonly Row[]>;
  /**
   * Idempotent; with versions only ever newer; not subject to terms.
   * @throws MoverSupersededError after a higher claim.
   */
  apply(at: Place, changes: readonly RowChange[], signal: AbortSignal): Promise<void>;
  /** `buckets` digests over the hash of the key. */
  digest(at: Place, buckets: number, signal: AbortSignal): Promise<readonly BucketDigest[]>;
  /** The rows of one bucket. */
  bucket(at: Place, bucket: number, buckets: number, signal: AbortSignal): Promise<readonly RowDigest[]>;
  /** Deletes at most `limit` rows of the partition; gives how many. @throws MoverSupersededError after a higher claim. */
  purge(at: Place, limit: number, signal: AbortSignal): Promise<number>;
  /** When it resolves, every write that commits later is in `changes`, those under way included. Idempotent. */
  startCapture(at: Place, signal: AbortSignal): Promise<void>;
  /**
   * Keys changed and not acknowledged, at least once; each key once, and fewer than `limit` only when there are no more. With
   * capture 'mirror' those of marks whose writes can no longer be under way: older than `writeDeadlineMs`, or of a term that the
   * data refuses by now.
   */
  changes(at: Place, limit: number, signal: AbortSignal): Promise<ChangedKeys>;
  /** What was written again since `changes` gave it stays. Idempotent. */
  acknowledge(at: Place, ack: string, signal: AbortSignal): Promise<void>;
  /** Ends the capture of this move and no other; what it has noted goes with it. Idempotent. */
  stopCapture(at: Place, signal: AbortSignal): Promise<void>;
  /** When it resolves no write with an older term can ever commit here, those under way included. Only ever rises. */
  fence(at: Place, minTerm: number, signal: AbortSignal): Promise<void>;
  /**
   * How many rows there are, where that costs less than a digest: asked while writes stand still for a switch. Without it all rows
   * are compared by `digest` then.
   */
  count?(at: Place, signal: AbortSignal): Promise<number>;
  /**
   * The lowest term that may write here; 0 where nothing was ever fenced. Asked of who is to be the owner: after its topology was
   * lost and restored, data may be fenced higher than anybody knows. Without it the next term is taken to do.
   */
  lowestTerm?(at: Place, signal: AbortSignal): Promise<number>;
  /**
   * Told which places are about to be scanned, all that one mover has on its hands: for adapters whose scan goes over a whole
   * shard, so that once serves them all. Changes nothing that anybody could see.
   */
  expect?(places: readonly Place[]): void;
  /**
   * Rows by their keys, as `bucket` gives them: for adapters whose values can differ and mean the same. Without it rows are the same
   * when their values are.
   */
  hashes?(at: Place, keys: readonly string[], signal: AbortSignal): Promise<readonly RowDigest[]>;
  /**
   * What a shard keeps, by partition; those with no row, no fence and no capture may be left out. `repair` looks here: without it,
   * rows are counted by `digest`, and captures and fences that were left behind stay unseen.
   */
  inspect?(shard: string, signal: AbortSignal): Promise<readonly PlaceState[]>;
  /**
   * Capture 'mirror' and fencing 'lease': how long a write may be under way, from its mark to its end; routers end it then.
   * @defaultValue 2_000
   */
  readonly writeDeadlineMs?: number;
  /**
   * Capture 'mirror': notes at the owner, before a write, that it is meant; durable when it resolves. Gives what `unmark` takes
   * back, `undefined` where nothing is captured. A mark that stays is one of `changes`, and `acknowledge` takes it back as well.
   * Without marks a write that cannot be carried over fails.
   * @throws FencedError for a term that the data refuses.
   */
  mark?(at: Place, write: IntendedWrite, signal: AbortSignal): Promise<string | undefined>;
  /** The write has reached the other side, or was not made. Idempotent. */
  unmark?(at: Place, mark: string, signal: AbortSignal): Promise<void>;
}
