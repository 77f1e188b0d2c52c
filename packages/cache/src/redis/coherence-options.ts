import type { RedisClient } from '@xc/redis';
import { checkClient, checkMs, checkNames } from './redis-option-checks.ts';

/** Options of {@link pubsub}, {@link tracking} and {@link stream}. */
export interface CoherenceOptions {
  /**
   * How often a node gives a sign of life, in ms. What it missed is known at the latest three of them after the connection is
   * back.
   * @defaultValue 1_000
   */
  readonly heartbeatMs?: number;
  /**
   * How long a message may take to be handed over, in ms.
   * @defaultValue 150
   */
  readonly deadlineMs?: number;
  /**
   * A client whose settings the connections that listen are made with, for instance one with another user or another host.
   * @defaultValue the client itself
   */
  readonly subscriber?: RedisClient;
}

/** The options with their defaults. @throws TypeError or RangeError that names what is wrong. */
export function coherenceOptions(
  client: RedisClient,
  options: CoherenceOptions,
  more: readonly string[] = [],
): Required<CoherenceOptions> {
  checkClient(client);
  checkNames(options, ['heartbeatMs', 'deadlineMs', 'subscriber', ...more]);
  const { heartbeatMs = 1_000, deadlineMs = 150, subscriber = client } = options;
  checkMs('heartbeatMs', heartbeatMs, 2 ** 30);
  checkMs('deadlineMs', deadlineMs, 2 ** 30);
  checkClient(subscriber, 'subscriber');
  return { heartbeatMs, deadlineMs, subscriber };
}
