/**
 * Gives the value of a key that is not there. A loader written in place that takes its context needs the type of its value said,
 * `getOrSet<User>(key, async (context) => ...)`: the compiler settles it before it looks at what the loader returns.
 */
export type Loader<T> = (context: LoadContext<T>) => T | PromiseLike<T>;

/** What a loader gets, and may say. */
export interface LoadContext<T> {
  /** The key as the caller gave it. */
  readonly key: string;
  /** Aborts on dispose, or when the last waiter is gone and nobody needs the result. */
  readonly signal: AbortSignal;
  /** The value that there was, while it may still stand in. */
  readonly stale: StaleValue<T> | undefined;
  /** How long the value is fresh, in milliseconds; wins over the options. 0 or less: served, not stored. */
  ttl(ms: number): void;
  /** Tags of the value, which win over those of the options: name these again to have both. Called again, it adds. */
  tags(...tags: string[]): void;
  /** Keeps facts with the entry, such as an ETag: at most 1 kB. */
  meta(meta: Readonly<Record<string, string>>): void;
  /** Gives the result to the waiters and stores nothing. */
  skip(): void;
  /**
   * What to return where the source says that the stale value still stands: its ttl starts anew.
   * @throws TypeError where there is no stale value.
   */
  notModified(): T;
}

/** A value past its freshness. */
export interface StaleValue<T> {
  readonly value: T;
  readonly ageMs: number;
  readonly meta: Readonly<Record<string, string>>;
}

/** Gives the values of many keys: a Map, or an array aligned with them. What it leaves out is 'nothing'. */
export type ManyLoader<T> = (
  keys: readonly string[],
  context: { readonly signal: AbortSignal },
) => Promise<ReadonlyMap<string, T> | readonly (T | undefined)[]>;
