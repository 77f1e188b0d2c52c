import type { Redis } from 'ioredis';
import type { CallOptions } from './call.ts';
import type { RedisLike } from './client.ts';
import { Question } from './question.ts';

/** What a client of a cluster knows of its nodes. */
export interface ClusterLike extends RedisLike {
  readonly isCluster: true;
  /** For each slot the nodes that serve it, `host:port`, the master first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role?: 'all' | 'master' | 'slave'): Redis[];
  refreshSlotsCache(done: (error?: Error | null) => void): void;
}

export function isClusterLike(client: RedisLike): client is ClusterLike {
  return client.isCluster;
}

/** Has the client ask the cluster who serves what now, once it is connected. */
export function refreshClusterMap(cluster: ClusterLike, options: CallOptions): Promise<void> {
  const asked = { command: 'CLUSTER SLOTS' };
  const question = new Question<void>(cluster, options, (late, why) => late.reject(why(asked)));
  question.ask(() =>
    cluster.refreshSlotsCache((error) => {
      if (error) question.reject(question.errorFor(asked, error));
      else question.resolve();
    }),
  );
  return question.answer;
}

/** The name by which the map of a cluster knows a node. */
export function nodeKey(node: Redis): string {
  const { host, port } = node.options;
  return `${host}:${port}`;
}
