import { systemClock } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { DataAdapter } from '../moving/data-adapter.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { durably, masteryOf } from './durably.ts';
import { acknowledge, changes, claim, fence, lowestTerm, startCapture, stopCapture } from './guard.ts';
import { inspectShard } from './inspect-shard.ts';
import { partitionsOf } from './key-pass.ts';
import { KnownKeys } from './known-keys.ts';
import { PurgeLists } from './purge-lists.ts';
import { checkShards, clientOf, RedisShard, type RedisShards } from './redis-shards.ts';
import { Buckets, bucketOf, rowHashes } from './row-hashes.ts';
import { applyRows, countRows, readRows } from './rows.ts';

/** Options of {@link redisAdapter}. */
export interface RedisAdapterOptions {
  /** The clients of the shards, by id: each of one server, or of the master behind Sentinel. May grow. They are not closed. */
  readonly shards: RedisShards;
  /** The one of the topology. Of a key of Redis it must say where it is: as text, or as bytes where it is none. */
  readonly partitioner: Partitioner;
}

/** A batch of rows ends with the one that makes it so many bytes. */
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Moves keys between Redis servers: whole values with the moment at which they end, of every kind that Redis itself has. Writes
 * have to come through `redisConnect`: it is what refuses old terms and marks what has changed.
 *
 * Keep partitions below half a million keys: those of a larger one cannot be held and counted while writes wait for a switch.
 *
 * All keys of a database are taken for sharded data, but for those that begin with `xc:shard:`. What a call costs: a script for 100
 * keys. A key that ends (expires) does so at the same moment on both sides, by the clock of each.
 *
 * @throws TypeError for a shard that is no client of ioredis, or one of a Cluster. Calls reject with the errors of `@xc/redis`
 * within 2 s of a script that is not answered; XcError `XC_SHARD_VALUE` for a value that cannot be moved or compared;
 * MoverSupersededError.
 */
export function redisAdapter(options: RedisAdapterOptions): DataAdapter {
  const { shards, partitioner } = options;
  checkShards(shards);
  if (typeof partitioner?.of !== 'function') {
    throw new TypeError(`partitioner must be a partitioner, got ${shown(partitioner)}`);
  }
  const shardOf = (id: string): RedisShard => new RedisShard(clientOf(shards, id));
  const known = new KnownKeys(shardOf, partitioner, systemClock);
  const purges = new PurgeLists(partitioner);

  return {
    name: 'redis',
    capture: 'log',
    fencing: 'data',
    claim: (at, signal) => claim(shardOf(at.shard), at, signal),
    expect: (places) => known.expect(places),
    async scan(at, after, limit, signal) {
      known.hold(signal);
      const { keys, until } = await known.toCopy(at, after, signal);
      const some = keys.slice(0, limit);
      const { rows, read } = await readRows(shardOf(at.shard), some, signal, BATCH_BYTES);
      const isEnd = read === keys.length && until === undefined;
      return { rows, next: isEnd ? undefined : (some[read - 1] ?? until) };
    },
    async read(at, keys, signal) {
      return (await readRows(shardOf(at.shard), keys, signal)).rows;
    },
    async apply(at, rows, signal) {
      known.hold(signal);
      await applyRows(shardOf(at.shard), at, rows, signal);
      known.noteLater(
        at,
        rows.map(({ key }) => key),
      );
    },
    async digest(at, buckets, signal) {
      known.hold(signal);
      const digests = new Buckets(buckets);
      for await (const keys of known.toCompare(at, signal)) {
        digests.add(await rowHashes(shardOf(at.shard), keys, signal));
      }
      return digests.digests();
    },
    async bucket(at, bucket, buckets, signal) {
      const rows = [];
      for await (const keys of known.compared(at, signal)) {
        const inside = keys.filter((key) => bucketOf(key, buckets) === bucket);
        rows.push(...(await rowHashes(shardOf(at.shard), inside, signal)));
      }
      return rows;
    },
    hashes: (at, keys, signal) => rowHashes(shardOf(at.shard), keys, signal),
    async count(at, signal) {
      let count = 0;
      for await (const keys of known.compared(at, signal)) count += await countRows(shardOf(at.shard), keys, signal);
      return count;
    },
    inspect: (shard, signal) => inspectShard(shardOf(shard), partitioner, signal),
    async purge(at, limit, signal) {
      known.forget(at);
      const shard = shardOf(at.shard);
      const master = await masteryOf(shard, signal);
      const deleted = await purges.take(shard, at, limit, signal);
      // What a failover brought back would be there twice, and nobody would look for it.
      if (deleted === 0) await durably(shard, signal, async () => undefined, master);
      return deleted;
    },
    startCapture: (at, signal) => startCapture(shardOf(at.shard), at, signal),
    async changes(at, limit, signal) {
      known.hold(signal);
      const shard = shardOf(at.shard);
      for (;;) {
        const { keys, ack } = await changes(shard, at, limit, signal);
        // A writer that does not know the partition of a key has marked it for all those that it writes to.
        const partitions = await partitionsOf(partitioner, keys, signal);
        const own = keys.filter((_, index) => partitions[index] === at.partition);
        known.noteLater(at, own);
        if (own.length > 0 || ack === undefined) return { keys: own, ack };
        await acknowledge(shard, at, ack, signal);
      }
    },
    acknowledge: (at, ack, signal) => acknowledge(shardOf(at.shard), at, ack, signal),
    async stopCapture(at, signal) {
      known.forget(at);
      await stopCapture(shardOf(at.shard), at, signal);
    },
    fence: (at, minTerm, signal) => fence(shardOf(at.shard), at, minTerm, signal),
    lowestTerm: (at, signal) => lowestTerm(shardOf(at.shard), at, signal),
  };
}
