import type { Random } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { ReplicaView } from '../topology/replica-view.ts';
import type { ShardInfo, Topology } from '../topology/topology.ts';
import type { Consistency, QuorumRead } from './consistency.ts';
import { Session } from './sessions.ts';

/** What replicas are chosen by. */
export interface ReplicaParts {
  readonly view: ReplicaView | undefined;
  readonly random: Random;
  readonly topology: Topology;
  readonly ownedSince: number;
}

/** A replica that is new enough; `undefined`: the primary. Among several each as often as any other. */
export function pickReplica(
  shard: ShardInfo,
  consistency: Exclude<Consistency, QuorumRead>,
  { view, random, topology, ownedSince }: ReplicaParts,
): string | undefined {
  if (consistency === 'primary' || view === undefined || shard.replicas === undefined) return undefined;
  const fit = shard.replicas.filter((replica) => {
    const lagMs = view.lagMs(shard.id, replica);
    if (consistency === 'any') return lagMs !== undefined;
    if ('maxStalenessMs' in consistency) return lagMs !== undefined && lagMs <= consistency.maxStalenessMs;
    const shards = new Set(topology.shards.map(({ id }) => id));
    return sessionOf(consistency.session).isSeenBy(shard.id, replica, { shards, ownedSince, view });
  });
  return fit[Math.floor(random.next() * fit.length)];
}

/** A session of this package, whoever carried its token. */
export function sessionOf(session: unknown): Session {
  if (session instanceof Session) return session;
  const token = (session as { readonly token?: unknown } | null | undefined)?.token;
  if (typeof token === 'string') return Session.of(token);
  throw new TypeError(`session must be one of router.session(), got ${shown(session)}`);
}

/** @throws TypeError or RangeError for what is no consistency. */
export function checkConsistency(consistency: Consistency): void {
  if (consistency === 'primary' || consistency === 'any') return;
  if (typeof consistency === 'object' && consistency !== null) {
    if ('session' in consistency) return void sessionOf(consistency.session);
    if ('maxStalenessMs' in consistency) {
      if (consistency.maxStalenessMs >= 0) return;
      throw new RangeError(`maxStalenessMs must be a number from 0, got ${shown(consistency.maxStalenessMs)}`);
    }
    if ('quorum' in consistency) {
      if (typeof consistency.versionOf !== 'function') throw new TypeError('versionOf must be a function');
      if (Number.isInteger(consistency.quorum) && consistency.quorum >= 1) return;
      throw new RangeError(`quorum must be an integer from 1, got ${shown(consistency.quorum)}`);
    }
  }
  throw new TypeError(
    `consistency must be 'primary', 'any', { maxStalenessMs }, { session } or { quorum, versionOf }, got ${shown(consistency)}`,
  );
}
