export type { Isolation, TransactionOptions } from '../transaction/transaction-options.ts';
export type { AsyncMethod } from '../transaction/transactional.ts';
export { inTransaction, Transactional } from './in-transaction.ts';
export { type MysqlFactoryOptions, type MysqlReset, mysqlFactory } from './mysql-factory.ts';
export { type MysqlReplicationOptions, mysqlReplication } from './mysql-replication.ts';
