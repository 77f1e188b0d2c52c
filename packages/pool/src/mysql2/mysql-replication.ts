import type { Connection } from 'mysql2/promise';
import { refuseUnknown } from '../engine/option-rules.ts';
import type { ReplicationView } from '../replica/replication-view.ts';
import { compareGtidSets } from './gtid-set.ts';
import { ask } from './mysql-factory.ts';

/** What MySQL does not know by itself. */
export interface MysqlReplicationOptions {
  /**
   * A statement that gives the term of a node as one number, for instance of a row that whoever promotes a node counts up.
   * Without it all terms are 0: the primary is whoever is not `read_only`, and of two of them the one that was it before. So
   * have `read_only` on wherever a server starts.
   */
  readonly termQuery?: string;
}

/**
 * Replication of MySQL 8 by global transaction identifiers: positions are the GTID sets that a node has executed. The user
 * needs REPLICATION CLIENT.
 */
export function mysqlReplication(options: MysqlReplicationOptions = {}): ReplicationView<Connection> {
  refuseUnknown(options, ['termQuery']);
  const { termQuery } = options;
  return {
    async role(connection) {
      const [row] = await rows(connection, WRITABLE);
      const [term] = termQuery === undefined ? [{ term: 0 }] : await rows(connection, termQuery);
      return { writable: Number(row?.writable) === 1, term: Number(Object.values(term ?? { term: 0 })[0]) };
    },
    async position(connection, role) {
      const [row] = await rows(connection, EXECUTED);
      const position = String(row?.position ?? '').replace(/\s/g, '');
      return { position, lagMs: role === 'primary' ? 0 : await lagOf(connection, position) };
    },
    compare: compareGtidSets,
  };
}

// Aurora says it with innodb_read_only.
const WRITABLE = 'SELECT @@global.read_only = 0 AND @@global.innodb_read_only = 0 AS writable';
const EXECUTED = 'SELECT @@global.gtid_executed AS position';

/** In seconds, as the server has it; what it has received and executed does not count however old it is. */
async function lagOf(connection: Connection, executed: string): Promise<number> {
  const [status] = await replicaStatus(connection);
  if (status === undefined) return Number.POSITIVE_INFINITY;
  const received = String(status.Retrieved_Gtid_Set ?? '');
  if (received !== '' && compareGtidSets(executed, received) >= 0) return 0;
  const seconds = status.Seconds_Behind_Source ?? status.Seconds_Behind_Master;
  return seconds === null || seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000;
}

/** The statement was renamed in 8.0.22, and the old name is gone since 8.4. */
async function replicaStatus(connection: Connection): Promise<readonly Row[]> {
  try {
    return await rows(connection, 'SHOW REPLICA STATUS');
  } catch (error) {
    if ((error as { readonly errno?: unknown }).errno !== SYNTAX_ERROR) throw error;
    return rows(connection, 'SHOW SLAVE STATUS');
  }
}

type Row = Readonly<Record<string, unknown>>;

const SYNTAX_ERROR = 1064;

async function rows(connection: Connection, sql: string): Promise<readonly Row[]> {
  return (await ask(connection, sql)) as readonly Row[];
}
