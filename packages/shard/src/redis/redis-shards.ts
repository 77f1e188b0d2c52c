import { type RedisClient, runScript, type Script, type ScriptArgument, type ScriptKey } from '@xc/redis';
import { shown } from '../keys/shown.ts';
import { keyText } from './key-text.ts';
import { DEADLINE_MS } from './keys.ts';

/** The clients of the shards, by id: each of one server, or of the master behind Sentinel. */
export type RedisShards = Readonly<Record<string, RedisClient>>;

/** All keys that are ours begin so, and are never moved. */
export const OWN = 'xc:shard:';

/**
 * The hash that guards a shard. Of each partition, where there is something to say: `<partition>:term`, the lowest that may write;
 * `<partition>:mover`, the lowest that may move; `<partition>:capture`, the moves that changes are captured for.
 */
export const GUARD = `${OWN}guard`;

/**
 * Looks at all shards that are there.
 * @throws TypeError for what is no client, and for a Cluster: it moves its slots by itself, and no script of it reaches the guard
 * and a key in another slot.
 */
export function checkShards(shards: RedisShards): void {
  if (typeof shards !== 'object' || shards === null)
    throw new TypeError(`shards must be clients by id, got ${shown(shards)}`);
  for (const id of Object.keys(shards)) clientOf(shards, id);
}

/** The client of a shard. @throws TypeError when there is none, or none that can be a shard. */
export function clientOf(shards: RedisShards, id: string): RedisClient {
  const client = Object.hasOwn(shards, id) ? shards[id] : undefined;
  if (typeof client?.status !== 'string' || typeof client.evalsha !== 'function') {
    // Not what it is: a URL has a password in it.
    throw new TypeError(
      `shard ${shown(id)} must have a client of ioredis, got ${client === null ? 'null' : typeof client}`,
    );
  }
  if (client.isCluster) {
    throw new TypeError(`shard ${shown(id)} must be one Redis server or the master behind Sentinel, got a Cluster`);
  }
  return client;
}

/** One shard, to be talked to. */
export class RedisShard {
  readonly client: RedisClient;
  /** What the client puts before every key. */
  readonly prefix: string;

  constructor(client: RedisClient) {
    this.client = client;
    this.prefix = (this.client.options as { readonly keyPrefix?: string }).keyPrefix ?? '';
  }

  run<Args extends readonly ScriptArgument[], Reply>(
    script: Script<Args, Reply>,
    keys: readonly ScriptKey[],
    args: Args,
    signal: AbortSignal,
    deadlineMs = DEADLINE_MS,
  ): Promise<Reply> {
    return runScript(this.client, script, keys, args, { deadlineMs, signal });
  }

  /** A key as the server knows it, as text without what the client puts before it. */
  nameOf(key: Buffer): string {
    return keyText(this.prefix === '' ? key : key.subarray(Buffer.byteLength(this.prefix)));
  }
}
