import { slotOf } from '@xc/redis';

const SLOTS = 16_384;
const MOST_SHARDS = 64;

/**
 * Names the hash tag under which a shard of a queue keeps all of its keys: `{<tag>}:<suffix>`. A public fact, so that
 * operators can find, move and watch them.
 *
 * With one shard the tag is `<prefix>:q:<name>`. With n shards it is `<prefix>:q:<name>:<shard>:<k>`, k the smallest number
 * from 0 on that puts the tag into the shard's own n-th of the 16,384 slots, so that shards spread evenly over a cluster.
 *
 * @param shard - From 0. @defaultValue 0
 * @param shards - From 1 to 64. @defaultValue 1
 * @param prefix - As given to `redisEngine`. @defaultValue 'xc'
 * @throws RangeError when there is no such shard.
 */
export function queueTag(name: string, shard = 0, shards = 1, prefix = 'xc'): string {
  if (!Number.isInteger(shards) || shards < 1 || shards > MOST_SHARDS) {
    throw new RangeError(`shards must be an integer from 1 to ${MOST_SHARDS}, got ${String(shards)}`);
  }
  if (!Number.isInteger(shard) || shard < 0 || shard >= shards) {
    throw new RangeError(`shard must be an integer from 0 to ${shards - 1}, got ${String(shard)}`);
  }
  const base = `${prefix}:q:${name}`;
  if (shards === 1) return base;
  for (let k = 0; ; k += 1) {
    const tag = `${base}:${shard}:${k}`;
    if (Math.floor((slotOf(tag) * shards) / SLOTS) === shard) return tag;
  }
}
