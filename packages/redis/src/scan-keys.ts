import { type Clock, systemClock } from '@xc/core';
import type { Redis } from 'ioredis';
import type { RedisLike } from './client.ts';
import { isClusterLike } from './cluster-map.ts';
import { checkClient, checkOptions } from './option-checks.ts';
import { type NodeScan, scanNode } from './scan-node.ts';
import { scanSlots } from './scan-slots.ts';

/** Options of {@link scanKeys}. */
export interface ScanKeysOptions {
  /** How many keys the server looks at in one round trip; a batch may have fewer or more. @defaultValue 500 */
  readonly count?: number;
  /** How long the next batch may take, a failover included, in ms. @defaultValue 10_000 */
  readonly deadlineMs?: number;
  /** Ends the iteration at once with its `reason`. */
  readonly signal?: AbortSignal;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * The keys that match a pattern, in batches, over every master of a cluster or the one server of any other client.
 *
 * A key that is there from beginning to end comes at least once; it may come more than once, also in one batch, as is the
 * way of SCAN. A key that comes or goes in the meantime may be among them or not. When a connection breaks or a replica takes over, the
 * scan of that server begins again, since its cursor is worth nothing to another one; a slot that moves to another node is
 * scanned there. Only keys of a slot whose move is just under way may be missed.
 *
 * The key prefix of the client goes without saying: it is put before the pattern and taken off the keys, which can so be
 * handed to the client again. Keys count as text (UTF-8). Never blocks the server for longer than `count` keys take.
 *
 * @param pattern - As for SCAN: `*`, `?`, `[ab]`, `\` to escape.
 * @throws TypeError or RangeError at once for a client or options of the wrong kind, and for unknown options.
 * @throws XcError `XC_REDIS_TIMEOUT`, `XC_REDIS_UNAVAILABLE`: no batch within `deadlineMs`.
 *
 * @example
 * ```ts
 * for await (const keys of scanKeys(client, 'session:*')) await client.unlink(...keys);
 * ```
 */
export function scanKeys(client: RedisLike, pattern: string, options: ScanKeysOptions = {}): AsyncIterable<string[]> {
  checkClient(client);
  checkOptions(options, { count: 'positive integer', deadlineMs: 'positive', signal: 'signal', clock: 'clock' });
  const { count = 500, deadlineMs = 10_000, signal, clock = systemClock } = options;
  if (typeof pattern !== 'string') throw new TypeError(`pattern must be a text, got ${typeof pattern}`);
  const prefix = client.options.keyPrefix ?? '';
  const scan: NodeScan = { match: escaped(prefix) + pattern, count, deadlineMs, signal, clock };
  const batches = isClusterLike(client) ? scanSlots(client, scan) : scanNode(client as unknown as Redis, scan);
  return prefix === '' ? batches : withoutPrefix(batches, prefix.length);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}

async function* withoutPrefix(batches: AsyncIterable<string[]>, length: number): AsyncGenerator<string[], void, void> {
  for await (const keys of batches) yield keys.map((key) => key.slice(length));
}
