export type { NamedOptions } from './keys.ts';
export { type LeaseNodeOptions, leaseNode, type NodeLease } from './lease-node.ts';
export { redisJournal } from './redis-journal.ts';
export { redisTopologyStore } from './redis-topology-store.ts';
