import type { RouteContext } from '../router/route-context.ts';

/** What is known of replicas, by whoever watches them. */
export interface ReplicaView {
  /** How far a replica is behind, in milliseconds; `undefined` where that is not known. */
  lagMs(shard: string, replica: string): number | undefined;
  /** Whether a replica has all that was written up to a position. */
  reached(shard: string, replica: string, position: string): boolean;
  /** Where the writes on this client have come to. */
  position(client: unknown, context: RouteContext): Promise<string>;
  /** Below 0 when position `a` is before `b`. */
  compare(a: string, b: string): number;
}
