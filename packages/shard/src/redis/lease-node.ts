import { randomUUID } from 'node:crypto';
import { systemClock, type Timer, XcError } from '@xc/core';
import { defineScript, type RedisClient, runScript } from '@xc/redis';
import { checkInteger } from '../keys/shown.ts';
import { DEADLINE_MS, keyBase, type NamedOptions } from './keys.ts';
import lease from './lua/lease.lua';

/** Options of {@link leaseNode}. */
export interface LeaseNodeOptions extends NamedOptions {
  /** How many nodes there can be: 0 to `max - 1`. @defaultValue 1_024 */
  readonly max?: number;
  /** How long a node that has died keeps its number, in ms. Renewed at a third of it. @defaultValue 30_000 */
  readonly ttlMs?: number;
}

/** A number that nobody else has. */
export interface NodeLease {
  readonly node: number;
  /** Aborts as soon as somebody else may get the number, by `release` as well: make no more ids with it. */
  readonly signal: AbortSignal;
  /** Gives it back. Idempotent. */
  release(): Promise<void>;
}

type Args = [what: 'take' | 'renew' | 'release', who: string, ttlMs: number, max: number, node: string];

const leaseScript = defineScript<Args, number>({
  name: 'shard-lease-node',
  lua: lease,
  keys: 1,
  parse: (raw) => raw as number,
});

/** Held back from a ttl: clocks of two machines do not run alike. */
const MARGIN = 0.02;

/**
 * Finds a number for the ids of this process, and keeps it: the lowest that nobody has.
 *
 * @throws TypeError or RangeError for options that are none; XcError `XC_SHARD_NODE_TAKEN` when all are taken; the errors of
 * `@xc/redis` when Redis is out of reach.
 */
export async function leaseNode(client: RedisClient, options: LeaseNodeOptions): Promise<NodeLease> {
  const { max = 1_024, ttlMs = 30_000 } = options;
  const key = `${keyBase(client, options)}:nodes`;
  checkInteger('max', max, 1, 2 ** 20);
  checkInteger('ttlMs', ttlMs, 100, 2 ** 31 - 1);
  const who = randomUUID();
  const ask = (what: Args[0], node: string): Promise<number> =>
    runScript(client, leaseScript, [key], [what, who, ttlMs, max, node], {
      deadlineMs: Math.min(DEADLINE_MS, ttlMs / 3),
    });

  let askedAt = systemClock.monotonic();
  const node = await ask('take', '');
  if (node === -1) {
    throw new XcError('XC_SHARD_NODE_TAKEN', `all ${max} nodes are taken`, { details: { max } });
  }
  const lost = new AbortController();
  const timers: Timer[] = [];
  let last: Timer | undefined;
  let released: Promise<void> | undefined;
  const end = (): void => {
    for (const timer of timers) timer.cancel();
    last?.cancel();
  };
  const lose = (why = "may be somebody else's by now"): void => {
    end();
    lost.abort(new XcError('XC_SHARD_NODE_LOST', `node ${node} ${why}`, { details: { node } }));
  };
  /** Trusts it for its ttl from when it was asked for. */
  const trust = (): void => {
    last?.cancel();
    last = systemClock.after(Math.max(0, askedAt + ttlMs * (1 - MARGIN) - systemClock.monotonic()), () => lose());
  };
  const renew = async (): Promise<void> => {
    const sentAt = systemClock.monotonic();
    try {
      const kept = await ask('renew', String(node));
      if (released !== undefined || lost.signal.aborted) return;
      if (kept !== node) return lose();
      askedAt = sentAt;
      trust();
    } catch {
      // Asked again at the next third; until its time is up it is ours.
    }
  };
  trust();
  timers.push(systemClock.every(ttlMs / 3, () => void renew()));
  return {
    node,
    signal: lost.signal,
    release() {
      released ??= (async () => {
        lose('was given back');
        // Left alone it runs out by itself.
        await ask('release', String(node)).catch(() => undefined);
      })();
      return released;
    },
  };
}
