export type { Isolation, TransactionOptions } from '../transaction/transaction-options.ts';
export type { AsyncMethod } from '../transaction/transactional.ts';
export { inTransaction, Transactional } from './in-transaction.ts';
export { type PgFactoryOptions, pgFactory } from './pg-factory.ts';
export { pgReplication } from './pg-replication.ts';
export type { PgReset } from './reset-session.ts';
