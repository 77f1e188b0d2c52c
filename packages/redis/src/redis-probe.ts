import { type Clock, type HealthProbe, isXcError, type ProbeResult, systemClock } from '@xc/core';
import type { Redis } from 'ioredis';
import type { CallOptions } from './call.ts';
import type { RedisLike } from './client.ts';
import { type ClusterLike, isClusterLike, refreshClusterMap } from './cluster-map.ts';
import { checkClient, checkOptions } from './option-checks.ts';
import { runCommand } from './run-command.ts';

/** Options of {@link redisProbe}. */
export interface RedisProbeOptions {
  /** An answer that takes longer is a sign of trouble: degraded. In ms. @defaultValue 100 */
  readonly warnMs?: number;
  /** An answer that takes longer does not count: down. In ms. @defaultValue 1_000 */
  readonly deadlineMs?: number;
  /** @defaultValue 'redis' */
  readonly name?: string;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * Tells how Redis is, by asking it: up, degraded when it is slow or part of a cluster does not answer, down when it does
 * not answer in time, refuses, or the cluster does not serve its slots.
 *
 * `details` has `latencyMs` (of the slowest node), `client` (the state of the connection), for a cluster `masters` and
 * `answering`, and for what went wrong `error`, the code of it. A check never rejects and never outlasts its signal: what has
 * not answered when the signal aborts is down.
 *
 * @throws RangeError at once when `warnMs` or `deadlineMs` is not a positive number.
 * @throws TypeError at once for a client or options of the wrong kind, and for unknown options.
 *
 * @example
 * ```ts
 * lifecycle.health.add(redisProbe(client, { warnMs: 50 }));
 * ```
 */
export function redisProbe(client: RedisLike, options: RedisProbeOptions = {}): HealthProbe {
  checkClient(client);
  checkOptions(options, { warnMs: 'positive', deadlineMs: 'positive', name: 'text', clock: 'clock' });
  const { warnMs = 100, deadlineMs = 1_000, name = 'redis', clock = systemClock } = options;
  return {
    name,
    async check(signal) {
      const start = clock.monotonic();
      const bounds = { deadlineMs, signal, clock };
      const seen = isClusterLike(client) ? await askCluster(client, bounds) : await askServer(client, bounds);
      const latencyMs = clock.monotonic() - start;
      const status = seen.status === 'up' && latencyMs > warnMs ? 'degraded' : seen.status;
      return { status, details: { latencyMs, client: client.status, ...seen.details } };
    },
  };
}

async function askServer(client: RedisLike, bounds: CallOptions): Promise<ProbeResult> {
  try {
    await runCommand(client, () => (client as unknown as Redis).ping(), { name: 'PING', ...bounds });
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', details: { error: codeOf(error) } };
  }
}

async function askCluster(cluster: ClusterLike, bounds: CallOptions): Promise<ProbeResult> {
  try {
    await refreshClusterMap(cluster, bounds);
  } catch (error) {
    return { status: 'down', details: { error: codeOf(error) } };
  }
  const masters = cluster.nodes('master');
  const answers = await Promise.allSettled(
    masters.map((node) => runCommand(node, () => node.cluster('INFO'), { name: 'CLUSTER INFO', ...bounds })),
  );
  const infos = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [String(answer.value)] : []));
  const details = { masters: masters.length, answering: infos.length };
  const failure = answers.find((answer) => answer.status === 'rejected');
  const error = failure && { error: codeOf(failure.reason) };
  if (infos.length === 0) return { status: 'down', details: { ...details, ...error } };
  if (infos.some((info) => info.includes('cluster_state:fail'))) {
    return { status: 'down', details: { ...details, error: 'CLUSTERDOWN' } };
  }
  return { status: error ? 'degraded' : 'up', details: { ...details, ...error } };
}

// Whatever is not ours is the reason of the signal.
function codeOf(error: unknown): string {
  return isXcError(error) ? error.code : 'aborted';
}
