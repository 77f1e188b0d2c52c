import { isClean, withClient } from './lent-client.ts';
import type { PgPool, PgPooledClient, PgResult } from './pg-pool.ts';

/**
 * A mover that was stopped in the middle of a transaction holds its locks for no longer than this: else whoever takes over would
 * wait for it for ever.
 */
const IDLE_MS = 3_000;

/**
 * What makes the text of a value the same on every server, whatever its settings are; what would keep a mover from its rows, or
 * hide some of them; and what makes a commit last.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  datestyle: "'ISO, YMD'",
  intervalstyle: 'postgres',
  timezone: "'UTC'",
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: "'C'",
  xmloption: 'content',
  row_security: 'off',
  statement_timeout: '0',
  synchronous_commit: 'on',
  idle_in_transaction_session_timeout: String(IDLE_MS),
};

const settings = Object.entries(SETTINGS).map(([name, value]) => `set local ${name} = ${value}`);

/** Settings as a function of PL/pgSQL has them. */
export const functionSettings: string = ['datestyle', 'intervalstyle', 'timezone', 'extra_float_digits', 'bytea_output']
  .concat('lc_monetary', 'xmloption')
  .map((name) => `set ${name} = ${SETTINGS[name]}`)
  .join(' ');

/** A transaction of a mover. */
export interface MoverSession {
  /** How it begins. */
  readonly isolation: 'read committed' | 'repeatable read';
  readonly readOnly: boolean;
  /** The longest wait for a lock. */
  readonly lockTimeoutMs: number;
  /** More statements to begin with, sent in the same flight. */
  readonly first?: readonly string[];
  /** Whether triggers of the application run in it: they find their tables by the path that its sessions have. */
  readonly runsTriggers?: boolean;
}

/** The path is put by before it is set, and back once all names are known. */
const KEEP_PATH = "select pg_catalog.set_config('xc.search_path', pg_catalog.current_setting('search_path'), true)";
const OWN_PATH = "select pg_catalog.set_config('search_path', pg_catalog.current_setting('xc.search_path'), true)";

/** Asks within a transaction; rows are arrays of texts. */
export type MoverQuery = (text: string, values?: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;

/**
 * Runs `work` in a transaction whose settings end with it: the connection goes back to its pool as it came. `work` is told what
 * the first statements have answered.
 */
export function inMoverSession<T>(
  pool: PgPool,
  { isolation, readOnly, lockTimeoutMs, first = [], runsTriggers = false }: MoverSession,
  work: (query: MoverQuery, answers: readonly PgResult<readonly unknown[]>[]) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const begin = `begin isolation level ${isolation} ${readOnly ? 'read only' : 'read write'}`;
  const [before, after] = runsTriggers ? [[KEEP_PATH], [OWN_PATH]] : [[], []];
  const limit = `set local lock_timeout = ${lockTimeoutMs}`;
  const beginning = [begin, ...before, limit, ...settings, ...first, ...after];
  return withClient(
    pool,
    async (client) => {
      const answers = (await ask(client, beginning.join(';'))) as unknown as readonly PgResult<readonly unknown[]>[];
      const query: MoverQuery = async (text, values) => (await ask(client, text, values)).rows;
      const end = beginning.length - after.length;
      const done = await work(query, answers.slice(end - first.length, end));
      await client.query('commit');
      return done;
    },
    rollBack,
    signal,
  );
}

/** Ends a transaction that has failed. */
export async function rollBack(client: PgPooledClient, error: unknown): Promise<boolean> {
  const fromServer = typeof (error as { readonly severity?: unknown } | null)?.severity === 'string';
  if (fromServer && !(await isClean(client, error))) return false;
  await client.query('rollback');
  return true;
}

function ask(client: PgPooledClient, text: string, values?: readonly unknown[]): Promise<PgResult<readonly unknown[]>> {
  // As `pg` takes it, though not every overload of it says so.
  const query = client.query as unknown as (config: object) => Promise<PgResult<readonly unknown[]>>;
  return query.call(client, { text, rowMode: 'array', ...(values === undefined ? {} : { values }) });
}
