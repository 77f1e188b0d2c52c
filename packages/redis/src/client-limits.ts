import { exponentialBackoff, type Random } from '@xc/core';
import type { ClusterOptions, RedisOptions } from 'ioredis';

/** What a client is for: a subscriber waits for what is published, all others send commands. */
export type ClientRole = 'commands' | 'subscriber';

const CONNECT_TIMEOUT_MS = 5_000;
const SILENCE_MS = 10_000;
const COMMAND_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
const GOODBYE_MS = 1_000;
const LOOK_ROUND_MS = 5_000;
const reconnect = exponentialBackoff({ baseMs: 50, capMs: 2_000, jitter: 'equal' });

/** The limits of one connection. None holds a command for longer than the seconds named here. */
function connectionLimits(role: ClientRole): RedisOptions {
  const limits: RedisOptions = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A peer that takes commands and says nothing is gone: also one that accepts connections and never greets.
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    // A master that hangs does not say goodbye either.
    disconnectTimeout: GOODBYE_MS,
    noDelay: true,
    enableReadyCheck: true,
    maxLoadingRetryTime: 1_000,
    autoResubscribe: true,
  };
  if (role === 'subscriber') {
    // Subscriptions wait as long as it takes. RESP2, because release 6 of the library loses invalidation pushes in RESP3.
    return { ...limits, maxRetriesPerRequest: null, protocol: 2 };
  }
  // One more try, then whatever waits is refused: nothing piles up behind a server that stays away.
  return { ...limits, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS };
}

/** The limits of a client of one server, or of the master behind Sentinel. */
export function clientLimits(role: ClientRole, random: Random): RedisOptions {
  return {
    ...connectionLimits(role),
    retryStrategy: (attempt) => reconnect.delayMs(attempt, random),
    sentinelRetryStrategy: (attempt) => reconnect.delayMs(attempt, random),
    sentinelReconnectStrategy: (attempt) => reconnect.delayMs(attempt, random),
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    failoverDetector: true,
    // A master that became a replica stays connected and refuses every write: look for the new master instead.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

/** The limits of a client of a cluster. `refuseQueued` fails whatever waits for the cluster to come back. */
export function clusterLimits(role: ClientRole, random: Random, refuseQueued: (reason: Error) => void): ClusterOptions {
  return {
    redisOptions: connectionLimits(role),
    clusterRetryStrategy: (attempt, reason) => {
      // As with a single server: one more try. By itself the library holds on to commands for ever here.
      if (role === 'commands' && attempt > 1)
        refuseQueued(reason ?? new Error('No node of the cluster can be reached'));
      return reconnect.delayMs(attempt, random);
    },
    // A master that hangs answers nothing, so no redirect tells of the replica that took over.
    slotsRefreshInterval: LOOK_ROUND_MS,
    slotsRefreshTimeout: 2_000,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    retryDelayOnTryAgain: 50,
    maxRedirections: 16,
  };
}
