import pg, { type Client, type ClientConfig } from 'pg';
import { oneOf, refuseUnknown } from '../engine/option-rules.ts';
import type { PoolFactory } from '../pool-factory.ts';
import { instrumentQueries } from '../query/instrument-queries.ts';
import type { QueryMonitor } from '../query/query-monitor.ts';
import { withoutPassword } from '../sql/without-password.ts';
import { ask, hangUp, hangUpSoon, isAlive, isBusy, tellStatus } from './pg-client.ts';
import { isFatal, isServerError } from './pg-errors.ts';
import { type PgReset, resetSession } from './reset-session.ts';

/** How `pgFactory` treats its connections. */
export interface PgFactoryOptions {
  /**
   * What is done between two owners. `rollback` ends a transaction that was left open, and costs nothing where there is none.
   * `discard` also takes back settings, temporary tables, listening and advisory locks, with a round trip each time. `off`
   * is for PgBouncer in transaction mode, where a session is nobody's.
   * @defaultValue 'rollback'
   */
  readonly reset?: PgReset;
  /** Sees every statement of every connection. */
  readonly monitor?: QueryMonitor;
  /**
   * The class of the connections: one of `pg` or derived from it.
   * @defaultValue that of `pg`
   */
  readonly Client?: new (
    config?: ClientConfig,
  ) => Client;
}

/**
 * Opens, watches, resets and closes connections of `pg`. A connection whose server went away is noticed at once and never
 * lent again; one that is still opening when its time is up is hung up on. No password gets into an error.
 *
 * @param config - As `pg` takes it, a connection string among it, or what gives it, asked anew for each connection: for passwords that change.
 * @throws TypeError for an option that it does not know.
 *
 * @example
 * ```ts
 * const pool = createPool(pgFactory({ host: 'db', user: 'app', password }), { max: 20 });
 * const { rows } = await pool.use((client) => client.query('SELECT now()'));
 * ```
 */
export function pgFactory(
  config: string | ClientConfig | (() => string | ClientConfig | PromiseLike<string | ClientConfig>),
  options: PgFactoryOptions = {},
): PoolFactory<Client> {
  refuseUnknown(options, ['reset', 'monitor', 'Client']);
  const { reset = 'rollback', monitor, Client = pg.Client } = options;
  oneOf('reset', reset, ['rollback', 'discard', 'off']);
  return {
    async create({ signal }) {
      const given = typeof config === 'function' ? await config() : config;
      signal.throwIfAborted();
      const client = await connect(Client, typeof given === 'string' ? { connectionString: given } : given, signal);
      return monitor === undefined ? client : instrumentQueries(client, monitor, ['query'], 'standard');
    },
    destroy: close,
    validate: async (client) => isAlive(client) && (await ask(client, 'SELECT 1')) !== undefined,
    ...(reset === 'off' ? {} : { reset: (client, context) => resetSession(client, reset, context) }),
    watch(client, lost) {
      client.on('error', lost).on('end', lost);
      return () => client.off('error', lost).off('end', lost);
    },
    // After an error the server is ready again a moment later; after anything else a busy one may be so for ever.
    broken: (client, error) => !isAlive(client) || isFatal(error) || (isBusy(client) && !isServerError(error)),
  };
}

async function connect(
  Client: new (config?: ClientConfig) => Client,
  config: ClientConfig,
  signal: AbortSignal,
): Promise<Client> {
  let client: Client | undefined;
  const abort = () => hangUp(client);
  try {
    client = new Client(config);
    // An error that nobody listens to ends the process, and between two owners nobody else does.
    client.on('error', () => {});
    tellStatus(client);
    signal.addEventListener('abort', abort, { once: true });
    await client.connect();
    signal.throwIfAborted();
    return client;
  } catch (error) {
    hangUp(client);
    if (signal.aborted) throw signal.reason;
    throw withoutPassword(error, config.connectionString, config.password, client?.password);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Says good-bye where somebody listens; waits for no answer, which of a silent network would never come. */
async function close(client: Client): Promise<void> {
  if (!isAlive(client)) return hangUp(client);
  const ended = client.end();
  hangUpSoon(client);
  await ended;
}
