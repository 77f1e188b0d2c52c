export { type PgAdapter, type PgAdapterOptions, pgAdapter } from './pg-adapter.ts';
export { type PgQueryable, type PgShard, type PgTransactionOptions, pgConnect } from './pg-connect.ts';
export { pgJournal } from './pg-journal.ts';
export type { PgLease, PgLendingPool, PgLentClient, PgPool, PgPooledClient, PgResult, PgShards } from './pg-pool.ts';
export {
  type PgTimeTableChange,
  type PgTimeTables,
  type PgTimeTablesOptions,
  pgTimeTables,
} from './pg-time-tables.ts';
export { pgTopologyStore } from './pg-topology-store.ts';
export type { PgNameOptions } from './stored-text.ts';
export type { PgTable } from './table-options.ts';
export type { PgTimePeriod } from './time-period.ts';
