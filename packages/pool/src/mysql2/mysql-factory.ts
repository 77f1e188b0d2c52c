import mysql, { type ConnectionOptions } from 'mysql2';
import type { Connection } from 'mysql2/promise';
import { oneOf, refuseUnknown } from '../engine/option-rules.ts';
import type { PoolFactory, ResetContext } from '../pool-factory.ts';
import { instrumentQueries } from '../query/instrument-queries.ts';
import type { QueryMonitor } from '../query/query-monitor.ts';
import { withoutPassword } from '../sql/without-password.ts';
import { isFatal, isServerError } from './mysql-errors.ts';
import { isInTransaction, MysqlSession } from './mysql-session.ts';

/** What is done to a connection between two owners. */
export type MysqlReset = 'rollback' | 'discard' | 'off';

/** How `mysqlFactory` treats its connections. */
export interface MysqlFactoryOptions {
  /**
   * What is done between two owners. `rollback` ends a transaction that was left open, and costs nothing where there cannot be
   * one. `discard` also takes back variables, temporary tables, locks and prepared statements, with a round trip each time
   * (COM_RESET_CONNECTION). `off` is for proxies that share sessions.
   * @defaultValue 'rollback'
   */
  readonly reset?: MysqlReset;
  /** Sees every statement of every connection, read as MySQL reads it. */
  readonly monitor?: QueryMonitor;
}

/**
 * Opens, watches, resets and closes connections of `mysql2/promise`. A connection whose server went away is noticed at once
 * and never lent again; one that is still opening when its time is up is hung up on. No password gets into an error.
 *
 * @param config - As `mysql2` takes it, or what gives it, asked anew for each connection: for passwords that change.
 * @throws TypeError for an option that it does not know.
 *
 * @example
 * ```ts
 * const pool = createPool(mysqlFactory({ host: 'db', user: 'app', password }), { max: 20 });
 * const [rows] = await pool.use((connection) => connection.query('SELECT NOW() AS now'));
 * ```
 */
export function mysqlFactory(
  config: string | ConnectionOptions | (() => string | ConnectionOptions | PromiseLike<string | ConnectionOptions>),
  options: MysqlFactoryOptions = {},
): PoolFactory<Connection> {
  refuseUnknown(options, ['reset', 'monitor']);
  const { reset = 'rollback', monitor } = options;
  oneOf('reset', reset, ['rollback', 'discard', 'off']);
  const sessions = new WeakMap<Connection, MysqlSession>();
  const sessionOf = (connection: Connection) => sessions.get(connection) as MysqlSession;
  return {
    async create({ signal }) {
      const given = typeof config === 'function' ? await config() : config;
      signal.throwIfAborted();
      const connection = await connect(typeof given === 'string' ? { uri: given } : given, signal);
      sessions.set(connection, new MysqlSession(connection));
      if (monitor === undefined) return connection;
      return instrumentQueries(connection, monitor, ['query', 'execute'], 'mysql');
    },
    destroy: (connection) => close(connection, sessionOf(connection)),
    async validate(connection) {
      if (!sessionOf(connection).alive) return false;
      await connection.ping();
      return true;
    },
    ...(reset === 'off'
      ? {}
      : { reset: (connection, context) => resetSession(connection, sessionOf(connection), reset, context) }),
    watch: (connection, lost) => sessionOf(connection).watch(lost),
    broken(connection, error) {
      const { alive, busy } = sessionOf(connection);
      return !alive || isFatal(error) || (busy && !isServerError(error));
    },
  };
}

async function connect(config: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  let hangUp = () => {};
  let abort = () => {};
  try {
    const core = mysql.createConnection(config);
    // An error that nobody listens to ends the process, and between two owners nobody else does.
    core.on('error', () => {});
    hangUp = () => (core as unknown as { readonly stream: { destroy(): void } }).stream.destroy();
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal.reason);
      core.once('connect', () => resolve()).once('error', reject);
      signal.addEventListener('abort', abort, { once: true });
    });
    return core.promise();
  } catch (error) {
    hangUp();
    throw signal.aborted ? signal.reason : withoutPassword(error, config.uri, config.password);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Says good-bye where somebody listens; waits for no answer, which of a silent network would never come. */
async function close(connection: Connection, session: MysqlSession): Promise<void> {
  if (!session.alive || session.busy) return session.hangUp();
  await connection.end();
  session.hangUpSoon();
}

function resetSession(
  connection: Connection,
  session: MysqlSession,
  reset: Exclude<MysqlReset, 'off'>,
  context: ResetContext,
): void | Promise<void> {
  if (reset === 'rollback' && session.clean) return undefined;
  return clean(connection, session, reset, context);
}

async function clean(
  connection: Connection,
  session: MysqlSession,
  reset: Exclude<MysqlReset, 'off'>,
  context: ResetContext,
): Promise<void> {
  await session.settled();
  if (!session.clean && isInTransaction(await ask(connection, 'DO 0'))) {
    context.misuse('open-transaction');
    await ask(connection, 'ROLLBACK');
  }
  if (reset === 'discard') await connection.reset();
}

/** Runs a statement of ours: past the methods of an instrumented connection, whose statistics are those of its user. */
export async function ask(connection: Connection, sql: string): Promise<unknown> {
  const { query } = Object.getPrototypeOf(connection) as Connection;
  const [result] = (await Reflect.apply(query, connection, [sql])) as readonly [unknown, unknown];
  return result;
}
