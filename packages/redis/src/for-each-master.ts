import type { Redis } from 'ioredis';
import type { RedisLike } from './client.ts';
import { isClusterLike, refreshClusterMap } from './cluster-map.ts';
import { abortable } from './on-abort.ts';
import { checkClient, checkOptions } from './option-checks.ts';

/** Options of {@link forEachMaster}. */
export interface ForEachMasterOptions {
  /** How long a cluster may take to say who is master now, in ms. @defaultValue 5_000 */
  readonly deadlineMs?: number;
  /** Settles the whole at once with its `reason`; what `fn` has begun goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `fn` with each master, all at the same time: every node of a cluster that holds slots now, or the one server of
 * any other client. Asks the cluster anew each time, so that a failover nobody has noticed yet does no harm.
 *
 * Settles when all have settled, and rejects with the first rejection in the order of the nodes.
 *
 * @throws TypeError for a client, a function or options of the wrong kind, and for unknown options.
 * @throws XcError `XC_REDIS_TIMEOUT` or `XC_REDIS_UNAVAILABLE`: the cluster did not say who is master.
 *
 * @example
 * ```ts
 * await forEachMaster(cluster, async (node) => {
 *   await node.script('FLUSH');
 * });
 * ```
 */
export function forEachMaster(
  client: RedisLike,
  fn: (node: Redis) => Promise<void>,
  options: ForEachMasterOptions = {},
): Promise<void> {
  try {
    checkClient(client);
    checkOptions(options, { deadlineMs: 'any', signal: 'signal' });
    if (typeof fn !== 'function') throw new TypeError(`fn must be a function, got ${typeof fn}`);
  } catch (error) {
    return Promise.reject(error);
  }
  return abortable(visitMasters(client, fn, options), options.signal);
}

async function visitMasters(
  client: RedisLike,
  fn: (node: Redis) => Promise<void>,
  { deadlineMs = 5_000, signal }: ForEachMasterOptions,
): Promise<void> {
  if (isClusterLike(client)) await refreshClusterMap(client, { deadlineMs, signal });
  const masters = isClusterLike(client) ? client.nodes('master') : [client as unknown as Redis];
  const outcomes = await Promise.allSettled(masters.map(async (node) => fn(node)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
