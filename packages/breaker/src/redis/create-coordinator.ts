import type { RedisClient } from '@xc/redis';
import type { Coordinator } from './coordinator.ts';
import { type CoordinatorOptions, coordinatorSettings } from './coordinator-options.ts';
import { FleetCoordinator } from './fleet-coordinator.ts';

/**
 * Makes breakers of the same name in many processes one fleet. When enough of them have opened by themselves all open;
 * when one has closed by its probes all close; and all together send no more probes than one would.
 *
 * No call waits for Redis: a breaker has one round trip an interval while it is in use, one at once when it opens or
 * closes, and goes on alone while Redis is away. Works with one server, Sentinel and Cluster.
 *
 * @param client - Stays the caller's: nothing here closes it.
 * @throws TypeError or RangeError that names the option and the value.
 * @example
 * ```ts
 * await using fleet = createCoordinator(connectRedis('redis://localhost'));
 * fleet.join(payments);
 * ```
 */
export function createCoordinator(client: RedisClient, options: CoordinatorOptions = {}): Coordinator {
  const { status, on } = (client ?? {}) as Partial<RedisClient>;
  // Not what it is: a URL has a password in it.
  if (typeof status !== 'string' || typeof on !== 'function') {
    throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
  }
  return new FleetCoordinator(client, coordinatorSettings(options));
}
