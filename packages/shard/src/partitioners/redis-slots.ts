import { redisSlot } from '../hash/redis-slot.ts';
import { hashableOf } from '../keys/shard-key.ts';
import type { Partitioner } from './partitioner.ts';

/** The 16,384 slots of Redis Cluster, hash tags included: what a key of Redis hashes to, its partition is. */
export function redisSlots(): Partitioner {
  return { id: 'redis-slots', partitions: 16_384, of: (key) => redisSlot(hashableOf(key)) };
}
