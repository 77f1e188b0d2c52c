import { type Logger, noopLogger, systemClock } from '@xc/core';
import { lookAtServer, type RedisClient, runCommand, runScript, type Script, type ScriptArgument } from '@xc/redis';
import type { Cluster, Redis } from 'ioredis';
import type { LockAnswer, LockClaim } from '../store.ts';
import { type LockKeys, lockChannel, lockKeys } from './lock-keys.ts';
import { ReleaseNews } from './release-news.ts';
import {
  acquireScripts,
  busyPermitsScript,
  forceReleaseScript,
  inspectScript,
  type NodeFacts,
  releaseScripts,
  renewScripts,
} from './scripts.ts';
import type { SettledStoreOptions } from './store-options.ts';

/** For a fence, after its last use. */
const KEPT_MS = 86_400_000;

/** A claim, or a part of one: a permit that is a lock of its own. */
export interface NodeClaim extends LockClaim {
  /** Which of the permits. */
  readonly slot?: number;
}

/** What is done to locks on one Redis, or one cluster: each a single script and round trip, bounded by the deadline. */
export class LockNode {
  readonly #news: ReleaseNews;
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #deadlineMs: number;

  constructor(client: RedisClient, { prefix, deadlineMs }: SettledStoreOptions) {
    this.#news = new ReleaseNews(client);
    this.#client = client;
    this.#prefix = prefix;
    this.#deadlineMs = deadlineMs;
  }

  /** What it returns is to be called by whoever leaves. */
  attach(logger: Logger = noopLogger): () => Promise<void> {
    const leave = this.#news.attach();
    const lookAway = lookAtServer(this.#client, logger, 'lock');
    return () => {
      lookAway();
      return leave();
    };
  }

  acquire(claim: NodeClaim): Promise<LockAnswer> {
    const { owner, ttlMs, permits } = claim;
    const keepMs = KEPT_MS + ttlMs;
    if (permits === undefined) return this.#run(acquireScripts.lock, this.#held(claim), [owner, ttlMs, keepMs]);
    return this.#run(acquireScripts.permit, this.#held(claim), [owner, ttlMs, keepMs, permits]);
  }

  renew(claim: NodeClaim, fence: bigint): Promise<boolean> {
    const { owner, ttlMs, permits } = claim;
    const script = permits === undefined ? renewScripts.lock : renewScripts.permit;
    return this.#run(script, this.#held(claim), [owner, ttlMs, KEPT_MS + ttlMs, String(fence)]);
  }

  release(claim: NodeClaim): Promise<boolean> {
    const script = claim.permits === undefined ? releaseScripts.lock : releaseScripts.permit;
    return this.#run(script, this.#held(claim), [claim.owner]);
  }

  async busyMs(claim: NodeClaim): Promise<number> {
    const [key] = this.#held(claim);
    if (claim.permits !== undefined) return this.#run(busyPermitsScript, [key], [claim.permits]);
    const bounds = { deadlineMs: this.#deadlineMs, name: 'PTTL' };
    const left = Number(await runCommand(this.#client, () => this.#client.pttl(key), bounds));
    // -2: there is no such key; -1: it never runs out, so it is none of ours.
    if (left === -2) return 0;
    return left === -1 ? Number.POSITIVE_INFINITY : Math.max(left, 1);
  }

  inspect(name: string): Promise<NodeFacts> {
    const { lock, fence, semaphore } = this.#keys(name);
    return this.#run(inspectScript, [lock, fence, semaphore], []);
  }

  forceRelease(name: string): Promise<boolean> {
    const { lock, fence, semaphore } = this.#keys(name);
    return this.#run(forceReleaseScript, [lock, fence, semaphore], []);
  }

  watch(name: string, wake: () => void) {
    return this.#news.watch(lockChannel(this.#prefix, name), wake);
  }

  /** Processes that listen; in a cluster each does at a node of its choice. 0 where the server does not tell. */
  async listeners(name: string): Promise<number> {
    const channel = (this.#client.options.keyPrefix ?? '') + lockChannel(this.#prefix, name);
    const nodes = nodesOf(this.#client);
    const startedAt = systemClock.monotonic();
    const asked = nodes.map(async (node) => {
      const left = this.#deadlineMs - (systemClock.monotonic() - startedAt);
      const bounds = { deadlineMs: left, name: 'PUBSUB NUMSUB' };
      const reply = await runCommand(node, () => node.pubsub('NUMSUB', channel), bounds);
      return Number((reply as unknown[])[1]);
    });
    const counts = await Promise.allSettled(asked);
    return counts.reduce((sum, count) => sum + (count.status === 'fulfilled' ? count.value : 0), 0);
  }

  /** What is held, and its fence. */
  #held({ name, permits, slot }: NodeClaim): readonly [held: string, fence: string] {
    const { lock, fence, semaphore } = this.#keys(name);
    if (slot !== undefined) return [`${semaphore}${slot}`, fence];
    return [permits === undefined ? lock : semaphore, fence];
  }

  #keys(name: string): LockKeys {
    return lockKeys(this.#prefix, name);
  }

  #run<Reply>(
    script: Script<readonly ScriptArgument[], Reply>,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<Reply> {
    return runScript(this.#client, script, keys, args, { deadlineMs: this.#deadlineMs });
  }
}

function nodesOf(client: RedisClient): readonly (RedisClient & Pick<Redis, 'pubsub'>)[] {
  return client.isCluster ? (client as Cluster).nodes('all') : [client];
}
