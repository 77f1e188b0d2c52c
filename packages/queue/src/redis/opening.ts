import { type Logger, noopLogger, XcError } from '@xc/core';
import { checkServer } from '@xc/redis';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { CallBounds, Connection } from './connection.ts';
import { text } from './raw.ts';
import { cardScript } from './scripts.ts';

/** What a server can do, as far as it matters here. */
export interface ServerAbilities {
  readonly evicts: boolean;
  /** From 7.0 on. */
  readonly shardedPubSub: boolean;
  /** From 7.2 on. */
  readonly waitsForDisk: boolean;
}

/** Looks at every master once. */
export async function serverAbilities(connection: Connection, logger: Logger = noopLogger): Promise<ServerAbilities> {
  const facts = await checkServer(connection.client, {
    logger,
    keysMustStay: 'queue',
    deadlineMs: connection.deadlineMs,
  });
  const atLeast = (major: number, minor: number): boolean =>
    facts.every(({ version }) => {
      const [, first, second] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
      return Number(first) > major || (Number(first) === major && Number(second) >= minor);
    });
  return {
    evicts: facts.some(({ evicts }) => evicts),
    shardedPubSub: facts.length > 0 && atLeast(7, 0),
    waitsForDisk: facts.length > 0 && atLeast(7, 2),
  };
}

/**
 * Reads the card of a queue, or writes it where there is none, and returns its lanes in its order.
 *
 * @throws XcError XC_QUEUE_CONFIG_MISMATCH where it has other shards or lanes.
 */
export async function openCard(
  connection: Connection,
  name: string,
  prefix: string,
  shards: number,
  policy: QueuePolicy,
  bounds: CallBounds,
): Promise<readonly string[]> {
  const args = [shards, JSON.stringify(policy.lanes)] as const;
  const raw = await connection.run(cardScript, [`{${prefix}:q:${name}}:i`], args, bounds);
  const found = Number(text(raw[0]));
  const lanes = JSON.parse(text(raw[1])) as string[];
  if (found !== shards) throw mismatch(name, 'shards', found, shards);
  if ([...lanes].sort().join('\n') !== [...policy.lanes].sort().join('\n')) {
    throw mismatch(name, 'lanes', lanes.join(', '), policy.lanes.join(', '));
  }
  return lanes;
}

function mismatch(queue: string, what: string, expected: unknown, actual: unknown): XcError {
  return new XcError('XC_QUEUE_CONFIG_MISMATCH', `${what} of queue ${queue} must be ${expected}, got ${actual}`, {
    details: { queue, expected, actual },
  });
}
