import { jsonCodec } from '@xc/core';
import { lookAtServer, type RedisClient } from '@xc/redis';
import type { Tier, TierSpace } from '../tier/tier.ts';
import { raiseGroups, readGroups } from './group-versions.ts';
import { keyLayout } from './key-layout.ts';
import { abandonOnce, beginOnce, finishOnce, renewOnce } from './once-records.ts';
import type { Place } from './place.ts';
import { PlainReads } from './plain-reads.ts';
import { purgeEntries } from './purge-entries.ts';
import { readEntries } from './read-entries.ts';
import { checkClient, checkRedisTierOptions } from './redis-option-checks.ts';
import type { RedisTierOptions } from './redis-tier-options.ts';
import { ScriptRunner } from './script-runner.ts';
import { releaseLease, renewLease, touchEntry } from './touch-entry.ts';
import { watchMasters } from './watch-masters.ts';
import { dropEntries, fillEntries, setEntries } from './write-entries.ts';

/** How often it is looked whether other servers have become masters. */
const LOOK_MS = 1_000;

/**
 * The second level of a cache in Redis: one server, the master behind Sentinel, or a cluster. One line makes the nodes of a cache
 * share their values; `pubsub`, `tracking` or `stream` then keep their memories coherent.
 *
 * The client stays the caller's, needs no special settings, and is never closed. Every operation is one round trip (one for each
 * master that has keys of a batch) and settles within `deadlineMs`: a script, or a plain GET where the value alone is wanted. On
 * one server a load whose key is missing though the last 16 were there costs one round trip more. A master of a cluster that does
 * not answer costs its own keys alone. Time that decides anything is that of the server. Values, fences and versions are checked when
 * they are read: whatever is damaged is a miss.
 *
 * @example
 * ```ts
 * const client = new Redis();
 * const cache = createCache({ l2: redisTier(client), coherence: pubsub(client) });
 * ```
 *
 * @throws TypeError or RangeError at once for a client that is none of ioredis, an unknown option, or one that is not what it
 * should be.
 */
export function redisTier(client: RedisClient, options: RedisTierOptions = {}): Tier {
  checkClient(client);
  checkRedisTierOptions(options);
  const { prefix = 'xc:c', deadlineMs = 150, fenceMs = 60_000, policy } = options;
  const { codec = jsonCodec, maxDecodedBytes = 67_108_864, maxTtlMs = 2_592_000_000 } = options;
  const sealing = { codec, maxDecodedBytes, maxTtlMs };
  return {
    name: 'redis',
    deadlineMs,
    fenceMs,
    ...(policy && { policy }),
    medium: client,
    open(cache) {
      const { clock, logger } = cache;
      lookAtServer(client, logger, 'cache');
      const layout = keyLayout(client, prefix, cache.name);
      const latest = { seen: 0n };
      const scripts = new ScriptRunner(client, clock);
      const scattered = client.isCluster;
      const plain = scattered ? undefined : new PlainReads(client, layout, clock);
      return spaceOf(client, {
        layout,
        sealing,
        fenceMs: Math.ceil(fenceMs),
        clock,
        latest,
        scripts,
        plain,
        scattered,
      });
    },
  };
}

function spaceOf(client: RedisClient, place: Place): TierSpace {
  return {
    root: place.layout.root,
    onLoss: (lost) => watchMasters(client, LOOK_MS, place.clock, lost),
    read: (reads, call) => readEntries(place, reads, call),
    fill: (fills, call) => fillEntries(place, fills, call),
    set: (sets, call) => setEntries(place, sets, call),
    drop: (drops, call) => dropEntries(place, drops, call),
    raise: (raise, call) => raiseGroups(place, raise, call),
    groups: (ids, call) => readGroups(place, ids, call),
    touch: (touch, call) => touchEntry(place, touch, call),
    renew: (hold, call) => renewLease(place, hold, call),
    release: (key, owner, call) => releaseLease(place, key, owner, call),
    onceBegin: (ask, call) => beginOnce(place, ask, call),
    onceRenew: (hold, call) => renewOnce(place, hold, call),
    onceFinish: (finish, call) => finishOnce(place, finish, call),
    onceAbandon: (hold, call) => abandonOnce(place, hold, call),
    purge: ({ signal }) => purgeEntries(client, place.layout, place.clock, signal),
  };
}
