export { type PgAdapter, type PgAdapterOptions, pgAdapter } from './pg-adapter.ts';
export { type PgQueryable, type PgShard, type PgTransactionOptions, pgConnect } from './pg-connect.ts';
export type { PgLendingPool, PgLentClient, PgPool, PgPooledClient, PgResult, PgShards } from './pg-pool.ts';
export type { PgTable } from './table-options.ts';
