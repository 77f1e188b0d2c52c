import type { DataAdapter } from '../../moving/data-adapter.ts';

/** Where a user writes, and with which term. */
export interface UserPlace {
  readonly shard: string;
  readonly partition: number;
  readonly term: number;
}

/** A write that was made and not committed. */
export interface HeldWrite {
  /** Ends it; rejects when the data refuses it after all. */
  commit(): Promise<void>;
}

/** An adapter with data of its own, and a user who writes to that data past the adapter. */
export interface AdapterFixture {
  readonly adapter: DataAdapter;
  /** Two shards that keep the same kind of data. */
  readonly shards: readonly [string, string];
  /** Two partitions, empty on both of them. */
  readonly partitions: readonly [number, number];
  /**
   * Writes the row of a name as an application does; `undefined` deletes it. Rejects when the data refuses the term.
   */
  write(at: UserPlace, name: string, text: string | undefined): Promise<void>;
  /** The adapter's key of the row of a name. @defaultValue the name */
  keyOf?(partition: number, name: string): string;
  /** Writes the row, and keeps the write open. Not needed with `canHold: false`. */
  hold?(at: UserPlace, name: string, text: string): Promise<HeldWrite>;
  /** Which errors of `write` and `commit` say that a term was refused. @defaultValue code `XC_SHARD_FENCED` */
  isFenced?(error: unknown): boolean;
  /** Lets time pass, by which marks are told to be old. Needed with capture 'mirror' only. */
  pass?(ms: number): Promise<void>;
  /** Called when the case is over. */
  dispose?(): Promise<void>;
}

/** What an adapter is, so that it is held to that and to nothing else. */
export interface AdapterTraits {
  /** @defaultValue 'log' */
  readonly capture?: 'log' | 'mirror';
  /** @defaultValue 'data' */
  readonly fencing?: 'data' | 'lease';
  /** Whether a write can be kept open. @defaultValue true */
  readonly canHold?: boolean;
  /** Whether `scan` is in key order, with each row once; a store that has no order gives each at least once. @defaultValue true */
  readonly isOrdered?: boolean;
}
