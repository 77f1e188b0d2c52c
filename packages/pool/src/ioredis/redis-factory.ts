import { Redis, type RedisOptions } from 'ioredis';
import { shown } from '../engine/option-rules.ts';
import type { PoolFactory } from '../pool-factory.ts';
import { withoutPassword } from '../sql/without-password.ts';
import { cleanConnection } from './clean-connection.ts';
import { hasUnanswered, isAlive } from './redis-connection.ts';

/** Where a connection leads: options of ioredis, a URL, or a client, of which the like is opened; the client is left alone. */
export type RedisPlace = string | RedisOptions | Redis;

/** Where connections lead, or what gives it, asked anew for each connection. */
export type RedisTarget = RedisPlace | (() => RedisPlace | PromiseLike<RedisPlace>);

/**
 * Opens, watches, cleans and closes connections of ioredis that have one owner at a time: for blocking commands (BLPOP, XREAD),
 * for WATCH with MULTI, and for subscribers. All else had better share one client.
 *
 * A connection never reconnects by itself: what was watched, subscribed or blocked on it is gone with it, so the pool is told, its
 * owner's `lease.signal` aborts, and the next owner gets another one. Between two owners transactions are discarded, watches and
 * subscriptions ended, their listeners removed, and the database is the one that was asked for. No password gets into an error.
 *
 * @param options - Of ioredis, a URL, or a client to take after; `retryStrategy`, `lazyConnect` and what queues or repeats commands are the pool's affair
 * and have no effect.
 * @throws TypeError for what is neither options nor a URL.
 *
 * @example
 * ```ts
 * const pool = createPool(redisFactory('redis://localhost'), { max: 20 });
 * const job = await pool.use((client) => client.blpop('jobs', 5));
 * ```
 */
export function redisFactory(options: RedisTarget): PoolFactory<Redis> {
  if (
    typeof options !== 'string' &&
    typeof options !== 'function' &&
    (typeof options !== 'object' || options === null)
  ) {
    throw new TypeError(`options must be an object, a URL or a function, got ${shown(options)}`);
  }
  return {
    async create({ signal }) {
      const given = typeof options === 'function' ? await options() : options;
      signal.throwIfAborted();
      return connect(given, signal);
    },
    destroy: (client) => client.disconnect(),
    validate: async (client) => isAlive(client) && (await client.ping()) !== undefined,
    reset: cleanConnection,
    watch(client, lost) {
      let last: unknown;
      const remember = (error: unknown) => {
        last = error;
      };
      const tell = () => lost(last ?? new Error('the connection to Redis was closed'));
      client.on('error', remember).on('close', tell);
      return () => client.off('error', remember).off('close', tell);
    },
    // An answer, even one that is an error, leaves a connection as it was; who gave up waiting for one leaves it busy.
    broken: (client) => !isAlive(client) || hasUnanswered(client),
  };
}

/** A connection that tells of its end instead of hiding it. */
const oneLife: RedisOptions = {
  lazyConnect: true,
  retryStrategy: () => null,
  reconnectOnError: () => false,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
};

function open(given: RedisPlace): Redis {
  if (typeof given === 'string') return new Redis(given, oneLife);
  return new Redis({ ...(isClient(given) ? given.options : given), ...oneLife });
}

function isClient(given: RedisOptions | Redis): given is Redis {
  return 'duplicate' in given;
}

async function connect(given: RedisPlace, signal: AbortSignal): Promise<Redis> {
  let client: Redis | undefined;
  let last: unknown;
  const abort = () => client?.disconnect();
  try {
    client = open(given);
    // An error that nobody listens to is printed, password and all.
    client.on('error', (error) => {
      last = error;
    });
    signal.addEventListener('abort', abort, { once: true });
    await client.connect();
    signal.throwIfAborted();
    return client;
  } catch (error) {
    client?.disconnect();
    if (signal.aborted) throw signal.reason;
    throw withoutSecrets(last ?? error, given, client?.options);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Errors of ioredis carry the command that failed, and that of a login is the password. */
function withoutSecrets(error: unknown, given: RedisPlace, options: RedisOptions | undefined): unknown {
  if (error instanceof Error && 'command' in error) Reflect.deleteProperty(error, 'command');
  const url = typeof given === 'string' ? given : undefined;
  return withoutPassword(error, url, options?.password, options?.sentinelPassword);
}
