import type { TransactionOptions } from './transaction-options.ts';

/** How one kind of database speaks of transactions. */
export interface TransactionDialect<Client> {
  begin(client: Client, options: Pick<TransactionOptions, 'isolation' | 'readOnly'>): Promise<void>;
  /** Rejects when the database rolled back instead. */
  commit(client: Client): Promise<void>;
  rollback(client: Client): Promise<void>;
  /** Whether the whole may well succeed when it is run again: it lost against another transaction, as the error or one in it says. */
  repeatable(error: unknown): boolean;
}
