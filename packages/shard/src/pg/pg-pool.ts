/** What PostgreSQL answers, as far as it is looked at here. */
export interface PgResult<R = Readonly<Record<string, unknown>>> {
  readonly rows: readonly R[];
  readonly rowCount?: number | null;
  readonly command?: string;
}

/** One connection of a pool; those of `pg` fit. */
export interface PgPooledClient {
  /** Asks one statement. */
  query(text: string, values?: unknown[]): Promise<PgResult>;
  /** Gives it back; with `true` or an error it is closed instead. */
  release(destroy?: boolean | Error): void;
}

/** A pool of connections to one database: a `Pool` of `pg` fits, and whatever else has these two methods. */
export interface PgPool {
  /** Asks one statement on any connection. */
  query(text: string, values?: unknown[]): Promise<PgResult>;
  /** Lends a connection until it is released. */
  connect(): Promise<PgPooledClient>;
}

/** A pool that lends: one of `@xc/pool` fits. */
export interface PgLendingPool {
  /** Lends a connection. */
  acquire(): Promise<PgLease>;
}

/** A connection that was lent. */
export interface PgLease {
  readonly value: PgLentClient;
  /** Gives it back. */
  release(): void;
  /** Closes it instead. */
  destroy(): Promise<void>;
}

/** A connection of a pool that lends. */
export interface PgLentClient {
  /** Asks one statement. */
  query(text: string, values?: unknown[]): Promise<PgResult>;
}

/** The databases, by the ids of their shards. */
export type PgShards = Readonly<Record<string, PgPool | PgLendingPool>>;
