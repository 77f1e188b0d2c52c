import type { Clock } from '@xc/core';
import { XcError } from '@xc/core';
import type { Redis } from 'ioredis';
import { runCommand } from './run-command.ts';

/** What to look for on a node, and how patiently. */
export interface NodeScan {
  readonly match: string;
  readonly count: number;
  /** For one batch. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

const MOST_RESTARTS = 10;

/**
 * The keys of one server. Begins again when the connection has broken: another server, or the same one restarted, has its keys in
 * another order and would take the cursor for somewhere else.
 */
export async function* scanNode(node: Redis, scan: NodeScan): AsyncGenerator<string[], void, void> {
  const { match, count, deadlineMs, signal, clock } = scan;
  let broken = false;
  let restarts = 0;
  const onClose = (): void => {
    broken = true;
  };
  node.on('close', onClose);
  try {
    let cursor = '0';
    for (;;) {
      broken = false;
      const send = (): Promise<[string, string[]]> => node.scan(cursor, 'MATCH', match, 'COUNT', count);
      const [next, keys] = await runCommand(node, send, { name: 'SCAN', deadlineMs, signal, clock });
      const interrupted = broken;
      if (keys.length > 0) yield keys;
      if (!interrupted && next === '0') return;
      if (broken) {
        restarts += 1;
        if (restarts > MOST_RESTARTS) throw unsteady();
      }
      cursor = broken ? '0' : next;
    }
  } finally {
    node.off('close', onClose);
  }
}

function unsteady(): XcError {
  const message = `command SCAN: the connection broke ${MOST_RESTARTS + 1} times`;
  return new XcError('XC_REDIS_UNAVAILABLE', message, { details: { command: 'SCAN' }, retryable: true });
}
