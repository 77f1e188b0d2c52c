import { isXcError, systemClock, XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import { Scope } from '../router/scope.ts';
import { checkNext } from '../topology/check-next.ts';
import { checkTopology } from '../topology/check-topology.ts';
import { epochListener } from '../topology/epoch-listener.ts';
import { storeClosed } from '../topology/store-closed.ts';
import type { Topology } from '../topology/topology.ts';
import { topologyInvalid } from '../topology/topology-invalid.ts';
import type { TopologyStore } from '../topology/topology-store.ts';

/** What a driver answers, as far as the store looks. */
export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that a statement has changed, under the names that drivers have for it. */
  readonly rowCount?: number | null;
  readonly affectedRows?: number;
  readonly changes?: number | bigint;
}

/** Options of {@link sqlTopologyStore}. */
export interface SqlTopologyStoreOptions {
  /** Runs one statement by itself, committed when it resolves. */
  readonly query: (sql: string, params: readonly unknown[]) => Promise<SqlResult>;
  /** How the n-th parameter is written, from 1. @defaultValue '?' for each */
  readonly placeholder?: (index: number) => string;
  /** A plain name, dots allowed. @defaultValue 'xc_shard_topology' */
  readonly table?: string;
  /** Which topology of the table. @defaultValue 'default' */
  readonly name?: string;
  /** How often watchers look. @defaultValue 1_000 */
  readonly lookMs?: number;
}

/** Every call settles by then. */
const DEADLINE_MS = 2_000;

const identifier = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}$/;

/**
 * Keeps a topology in one row of a table of PostgreSQL, MySQL, SQLite, or anything else that has a conditional UPDATE: a change is
 * one statement, and changes no row when somebody else was first. The table is made by the first call that needs it.
 * Every call settles within 2 s.
 *
 * @throws TypeError or RangeError for options that are none. Calls reject with XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`.
 */
export function sqlTopologyStore(options: SqlTopologyStoreOptions): TopologyStore {
  const { query, placeholder = () => '?', table = 'xc_shard_topology', name = 'default', lookMs = 1_000 } = options;
  if (typeof query !== 'function') throw new TypeError(`query must be a function, got ${shown(query)}`);
  if (typeof placeholder !== 'function')
    throw new TypeError(`placeholder must be a function, got ${shown(placeholder)}`);
  if (!identifier.test(table)) throw new RangeError(`table must be a plain name, got ${shown(table)}`);
  if (typeof name !== 'string' || name === '' || name.length > 100)
    throw new RangeError(`name must be 1 to 100 characters, got ${shown(name)}`);
  if (!(lookMs >= 10)) throw new RangeError(`lookMs must be a number from 10, got ${shown(lookMs)}`);
  const [one, two, three, four] = [1, 2, 3, 4].map(placeholder) as [string, string, string, string];
  const ddl = `CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(100) NOT NULL PRIMARY KEY, epoch BIGINT NOT NULL, topology TEXT NOT NULL)`;
  const watchers = new Set<() => void>();
  let isClosed = false;
  let made: Promise<unknown> | undefined;
  const make = (): Promise<unknown> => {
    made ??= asked(() => query(ddl, [])).catch(async (error) => {
      made = undefined;
      // Two that make it at once: one of them may fail, and it is there all the same.
      await asked(() => query(`SELECT epoch FROM ${table} WHERE name = ${one}`, [name])).catch(() =>
        Promise.reject(error),
      );
    });
    return made;
  };
  const load = (signal?: AbortSignal): Promise<Topology | undefined> =>
    inTime(signal, async () => {
      await make();
      const answer = await asked(() => query(`SELECT topology FROM ${table} WHERE name = ${one}`, [name]));
      if (!Array.isArray(answer?.rows)) throw noAnswer('rows', answer);
      const text = answer.rows[0]?.topology;
      return text === undefined ? undefined : checkTopology(parsed(text));
    });
  return {
    load,
    async cas(next, expectedEpoch, signal) {
      signal?.throwIfAborted();
      checkNext(next, expectedEpoch);
      const text = JSON.stringify(next);
      const insert = `INSERT INTO ${table} (name, epoch, topology) VALUES (${one}, ${two}, ${three})`;
      const update = `UPDATE ${table} SET epoch = ${one}, topology = ${two} WHERE name = ${three} AND epoch = ${four}`;
      return await inTime(signal, async () => {
        await make();
        if (expectedEpoch === 0) return await inserted(() => query(insert, [name, next.epoch, text]), load);
        return changedRows(await asked(() => query(update, [next.epoch, text, name, expectedEpoch]))) === 1;
      });
    },
    async watch(changed) {
      const listener = epochListener(changed);
      let epoch = (await load().catch(() => undefined))?.epoch ?? 0;
      if (isClosed) throw storeClosed();
      const look = async (): Promise<void> => {
        const now = (await load().catch(() => undefined))?.epoch ?? 0;
        if (now <= epoch || !watchers.has(end)) return;
        epoch = now;
        listener(now);
      };
      const timer = systemClock.every(lookMs, () => void look());
      const end = (): void => {
        watchers.delete(end);
        timer.cancel();
      };
      watchers.add(end);
      return {
        async close() {
          end();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const end of [...watchers]) end();
    },
  };
}

/** An INSERT that fails because there is a row already is no failure, but no change either. */
async function inserted(insert: () => Promise<SqlResult>, load: () => Promise<Topology | undefined>): Promise<boolean> {
  try {
    return changedRows(await asked(insert)) === 1;
  } catch (error) {
    if ((await load()) !== undefined) return false;
    throw error;
  }
}

function changedRows(answer: SqlResult): number {
  if (typeof answer !== 'object' || answer === null) throw noAnswer('rowCount, affectedRows or changes', answer);
  const { rowCount, affectedRows, changes } = answer;
  return Number(rowCount ?? affectedRows ?? changes ?? 0);
}

function parsed(text: unknown): Topology {
  try {
    return JSON.parse(String(text)) as Topology;
  } catch (error) {
    throw topologyInvalid('what is stored is not JSON', { cause: String(error) });
  }
}

/** Settles by the deadline or the signal, whatever the database does: then nobody knows whether it has taken effect. */
async function inTime<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  const never = new AbortController().signal;
  const bounds = { timeoutMs: DEADLINE_MS, ...(signal === undefined ? {} : { signal }) };
  try {
    return await Scope.within(bounds, never, systemClock, call);
  } catch (error) {
    throw signal?.aborted || !isXcError(error, 'XC_SHARD_TIMEOUT') ? error : unavailable(error);
  }
}

async function asked(ask: () => Promise<SqlResult>): Promise<SqlResult> {
  try {
    return await ask();
  } catch (error) {
    if (isXcError(error)) throw error;
    throw unavailable(error);
  }
}

function noAnswer(needed: string, answer: unknown): XcError<'XC_SHARD_TOPOLOGY_UNAVAILABLE'> {
  return unavailable(new TypeError(`query must give an object with ${needed}, got ${shown(answer)}`));
}

function unavailable(cause: unknown): XcError<'XC_SHARD_TOPOLOGY_UNAVAILABLE'> {
  return new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'the topology in the database is out of reach', {
    cause,
    retryable: true,
  });
}
