import { type Clock, systemClock } from '@xc/core';
import { checkInteger, shown } from '../keys/shown.ts';
import type { PgLendingPool, PgPool } from './pg-pool.ts';
import { pgPoolOf } from './shard-pools.ts';
import { quotedName } from './sql-text.ts';
import { checkPeriod, type PgTimePeriod } from './time-period.ts';
import { changeTimeTable } from './time-table-change.ts';
import { plannedChanges, statementOf } from './time-table-plan.ts';
import { readTimeTable } from './time-table-state.ts';

/** Options of {@link pgTimeTables}. */
export interface PgTimeTablesOptions {
  /** A table that is `PARTITION BY RANGE` of one column with a time, with a schema or without. */
  readonly table: string;
  /** How long each partition is. */
  readonly every: PgTimePeriod;
  /** Partitions that are to be there after the present one. */
  readonly ahead: number;
  /** Partitions before the present one that are kept; `Infinity` keeps all. */
  readonly keep: number;
  /** What becomes of older ones: `drop` removes them, `detach` leaves them as tables of their own. @defaultValue 'drop' */
  readonly expired?: 'drop' | 'detach';
  /** The database; `plan` and `apply` can be given another one. */
  readonly pool?: PgPool | PgLendingPool;
  /** Says which partition is the present one. @defaultValue the clock of the machine */
  readonly clock?: Clock;
}

/** One step towards what is wanted. */
export interface PgTimeTableChange {
  readonly kind: 'create' | 'drop' | 'detach';
  /** The partition, without its schema. */
  readonly name: string;
  /** Epoch milliseconds; the end is not in it. */
  readonly from: number;
  readonly to: number;
  /** What will be run. */
  readonly sql: string;
}

/** The partitions of a table by time. */
export interface PgTimeTables {
  /** What `apply` would do now; changes nothing. */
  plan(pool?: PgPool | PgLendingPool): Promise<readonly PgTimeTableChange[]>;
  /** Does it, and gives what it did: nothing, where all is as wanted. Several processes may do so at once. */
  apply(pool?: PgPool | PgLendingPool): Promise<readonly PgTimeTableChange[]>;
}

/**
 * Makes partitions of a table ahead of time, and lets go of old ones: run `apply` once in a while, from any number of processes. It
 * touches only partitions that it made itself, told by a mark in their comments: what somebody else has attached stays. A range that
 * others cover already is left out.
 *
 * @example
 * ```ts
 * // create table event (at timestamptz not null, ...) partition by range (at)
 * const events = pgTimeTables({ pool, table: 'event', every: 'day', ahead: 7, keep: 30 });
 * await events.apply();
 * ```
 *
 * @throws TypeError or RangeError for options that are none. Calls reject with XcError `XC_SHARD_TABLE_UNFIT` for a table that is
 * not partitioned by one column with a time.
 */
export function pgTimeTables(options: PgTimeTablesOptions): PgTimeTables {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${shown(options)}`);
  }
  const { table, expired = 'drop', clock = systemClock } = options;
  if (typeof table !== 'string' || table === '') throw new TypeError(`table must be a name, got ${shown(table)}`);
  const every = checkPeriod(options.every);
  const ahead = checkInteger('ahead', options.ahead, 0, 1_000);
  const { keep } = options;
  if (keep !== Number.POSITIVE_INFINITY) checkInteger('keep', keep, 0, 1_000_000);
  if (expired !== 'drop' && expired !== 'detach') {
    throw new TypeError(`expired must be 'drop' or 'detach', got ${shown(expired)}`);
  }
  const own = options.pool === undefined ? undefined : pgPoolOf('pool', options.pool);
  const given = (pool: PgPool | PgLendingPool | undefined): PgPool => {
    if (pool !== undefined) return pgPoolOf('pool', pool);
    if (own === undefined) throw new TypeError('pool must be a pool of connections to PostgreSQL, got undefined');
    return own;
  };
  const wanted = { every, ahead, keep, expired };
  const path = table.split('.').map(quotedName).join('.');
  return {
    async plan(pool) {
      const state = await readTimeTable(given(pool), path);
      return plannedChanges(state, wanted, clock.now()).map((change) => ({
        ...change,
        sql: statementOf(state, change).join('; '),
      }));
    },
    async apply(pool) {
      const target = given(pool);
      const done: PgTimeTableChange[] = [];
      const state = await readTimeTable(target, path);
      for (const change of plannedChanges(state, wanted, clock.now())) {
        const sql = await changeTimeTable(target, path, change);
        if (sql !== undefined) done.push({ ...change, sql });
      }
      return done;
    },
  };
}
