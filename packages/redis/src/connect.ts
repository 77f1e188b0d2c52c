import type { ConnectionOptions } from 'node:tls';
import { type Logger, noopLogger, type Random, systemRandom } from '@xc/core';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { checkServer } from './check-server.ts';
import type { RedisClient } from './client.ts';
import { type ClientRole, clientLimits, clusterLimits } from './client-limits.ts';
import { boundOfflineQueue } from './offline-bound.ts';
import { checkOptions } from './option-checks.ts';
import { parseRedisUrl, type RedisAddress } from './redis-url.ts';
import { watchConnection } from './watch-connection.ts';

/** Options of {@link connectRedis}. */
export interface ConnectRedisOptions {
  /** Names the connection on the server, in CLIENT LIST. */
  readonly name?: string;
  /** Options of TLS beside what `rediss://` implies, for instance `{ ca }`. With `redis://` they turn TLS on. */
  readonly tls?: ConnectionOptions;
  /**
   * Where sentinels listen: `['redis://10.0.0.1:26379', ...]`, with user and password where they ask for them, or
   * `{ host, port }`. The host of `url` is then the name of the master that they watch.
   */
  readonly sentinels?: readonly (string | SentinelAddress)[];
  /**
   * What the client is for. A subscriber waits for its subscriptions as long as it takes and subscribes again after each
   * reconnect; it speaks RESP2.
   * @defaultValue 'commands'
   */
  readonly role?: ClientRole;
  /**
   * Hears of the first failure of each outage and of its end, and once of a server that is older than Redis 6.2.
   * @defaultValue noopLogger
   */
  readonly logger?: Logger;
  /** Spreads reconnects. @defaultValue systemRandom */
  readonly random?: Random;
}

/** Where a sentinel listens. */
export interface SentinelAddress {
  readonly host: string;
  readonly port: number;
}

const MOST_WAITING = 10_000;

/**
 * Opens a client with limits an application can live with: a connection that cannot be made is given up after 5 s and
 * tried again after 50 ms to 2 s; one that goes silent is dropped after 10 s; a command that waits for a connection is
 * refused after the second failed try, and at once when 10,000 wait already; no command takes longer than 5 s. A master
 * that turns out to be a replica is left for the new master. Any other client of ioredis works as well with everything
 * in this package.
 *
 * Not for blocking commands such as BLPOP: those want a client of their own without a command time-out.
 *
 * @param url - `redis://[[user]:password@]host[:port][/db]`, `rediss://` for TLS. A list of them opens a cluster.
 * @throws TypeError or RangeError at once when a URL is not one of these (passwords are masked), for options of the wrong
 * kind and for unknown ones.
 *
 * @example
 * ```ts
 * const client = connectRedis('redis://:secret@localhost:6379/0', { name: 'orders' });
 * const cluster = connectRedis(['redis://10.0.0.1', 'redis://10.0.0.2']);
 * const master = connectRedis('redis://mymaster', { sentinels: ['redis://10.0.0.1:26379', 'redis://10.0.0.2:26379'] });
 * ```
 */
export function connectRedis(url: string, options?: ConnectRedisOptions): Redis;
export function connectRedis(urls: readonly string[], options?: ConnectRedisOptions): Cluster;
export function connectRedis(url: string | readonly string[], options?: ConnectRedisOptions): RedisClient;
export function connectRedis(url: string | readonly string[], options: ConnectRedisOptions = {}): RedisClient {
  checkOptions(options, {
    name: 'text',
    tls: 'object',
    sentinels: 'any',
    role: 'any',
    logger: 'logger',
    random: 'random',
  });
  const { role = 'commands', logger = noopLogger } = options;
  if (role !== 'commands' && role !== 'subscriber') {
    throw new TypeError(`role must be 'commands' or 'subscriber', got ${String(role)}`);
  }
  const client = Array.isArray(url) ? openCluster(url, options, role) : openServer(url as string, options, role);
  watchConnection(client, logger);
  if (options.logger) client.once('ready', () => void checkServer(client, { logger }).catch(() => {}));
  if (role === 'commands') boundOfflineQueue(client, MOST_WAITING);
  return client;
}

function openServer(url: string, options: ConnectRedisOptions, role: ClientRole): Redis {
  const { sentinels, random = systemRandom } = options;
  const address = parseRedisUrl(url);
  const settings = { ...clientLimits(role, random), ...entry(address, options), db: address.db };
  if (sentinels === undefined) return new Redis({ ...settings, host: address.host, port: address.port });
  return new Redis({ ...settings, ...sentinelEntry(sentinels, options), name: address.host });
}

function sentinelEntry(sentinels: readonly (string | SentinelAddress)[], options: ConnectRedisOptions): RedisOptions {
  if (!Array.isArray(sentinels)) throw new TypeError(`sentinels must be an array, got ${typeof sentinels}`);
  const addresses: (SentinelAddress & Partial<RedisAddress>)[] = sentinels.map((sentinel) =>
    typeof sentinel === 'object' ? checkedSentinel(sentinel) : parseRedisUrl(sentinel),
  );
  const [first] = addresses;
  if (first === undefined) throw new TypeError('sentinels must name at least one sentinel, got none');
  const { username, password, secure } = first;
  return {
    sentinels: addresses.map(({ host, port }) => ({ host, port })),
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(secure && { sentinelTLS: { ...options.tls } }),
    enableTLSForSentinelMode: true,
  };
}

function checkedSentinel(sentinel: SentinelAddress | null): SentinelAddress {
  const { host, port } = sentinel ?? ({} as Partial<SentinelAddress>);
  if (typeof host !== 'string' || host === '') throw new TypeError(`host of a sentinel must be a text, got ${host}`);
  if (typeof port !== 'number') throw new TypeError(`port of a sentinel must be a number, got ${typeof port}`);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new RangeError(`port of a sentinel must be from 1 to 65535, got ${port}`);
  }
  return { host, port };
}

function openCluster(urls: readonly string[], options: ConnectRedisOptions, role: ClientRole): Cluster {
  const { random = systemRandom } = options;
  if (options.sentinels !== undefined) throw new TypeError('sentinels watch one master, not a list of nodes');
  if (urls.length === 0) throw new TypeError('url must name at least one node of the cluster, got none');
  const addresses = urls.map(parseRedisUrl);
  if (addresses.some(({ db }) => db !== 0)) throw new TypeError('url of a cluster must not name a database but 0');
  const first = addresses[0] as RedisAddress;
  const limits = clusterLimits(role, random, (reason) => {
    (cluster as unknown as { flushQueue(reason: Error): void }).flushQueue(reason);
  });
  const cluster: Cluster = new Cluster(
    addresses.map(({ host, port }) => ({ host, port })),
    {
      ...limits,
      redisOptions: { ...limits.redisOptions, ...entry(first, options) },
      // Certificates are made out to names, so names are not resolved before the connection is made.
      ...(isSecure(first, options) && { dnsLookup: (host, done) => done(null, host) }),
    },
  );
  return cluster;
}

function entry(address: RedisAddress, options: ConnectRedisOptions): RedisOptions {
  const { username, password, family } = address;
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(family !== undefined && { family }),
    ...(isSecure(address, options) && { tls: { ...options.tls } }),
    ...(options.name !== undefined && { connectionName: options.name }),
  };
}

function isSecure(address: RedisAddress, options: ConnectRedisOptions): boolean {
  return address.secure || options.tls !== undefined;
}
