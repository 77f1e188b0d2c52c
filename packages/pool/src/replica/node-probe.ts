import { type Clock, isXcError } from '@xc/core';
import { newCorrelationId, runInContext } from '@xc/core/context';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import type { NodePosition, NodeRole, ReplicationView } from './replication-view.ts';

/** What one look at a node has shown. */
export type ProbeOutcome =
  | ({ readonly kind: 'good'; readonly tookMs: number } & NodeRole & NodePosition)
  | { readonly kind: 'failed'; readonly error: unknown }
  /** All connections are lent: that says nothing about the node. */
  | { readonly kind: 'busy' };

/**
 * Asks a node for its role and position, by `timeoutMs` at the latest. Never rejects. A connection on which something went
 * wrong, or that does not answer, is closed: so a node that hangs holds no more than one at a time.
 */
export function probeNode<T>(
  pool: Pool<T>,
  view: ReplicationView<T>,
  clock: Clock,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const { promise, resolve } = withResolvers<ProbeOutcome>();
  const waiting = new AbortController();
  let lease: Lease<T> | undefined;
  let over = false;
  const end = (outcome: ProbeOutcome) => {
    if (over) return;
    over = true;
    deadline.cancel();
    waiting.abort();
    if (outcome.kind === 'good') lease?.release();
    else void lease?.destroy();
    resolve(outcome);
  };
  const deadline = clock.after(timeoutMs, () => {
    if (lease === undefined && isLentOut(pool)) end({ kind: 'busy' });
    else end({ kind: 'failed', error: new Error(`no answer within ${timeoutMs} ms`) });
  });
  const look = async () => {
    const startedAt = clock.monotonic();
    // Before every borrower, where the pool knows of such a thing: the answer decides where they go.
    const first = pool.capabilities.priorities ? { priority: 0 } : {};
    lease = await pool.acquire({ signal: waiting.signal, timeoutMs, label: 'replica probe', ...first });
    if (over) return lease.release();
    const role = await view.role(lease.value);
    const position = await view.position(lease.value, role.writable ? 'primary' : 'replica');
    end({ kind: 'good', tookMs: clock.monotonic() - startedAt, ...role, ...position });
  };
  // A context of its own: the deadline of a request that happens to be around is not that of a probe.
  runInContext({ correlationId: newCorrelationId() }, look).catch((error: unknown) => {
    const busy = isXcError(error, 'XC_POOL_QUEUE_FULL') || (isXcError(error, 'XC_POOL_TIMEOUT') && isLentOut(pool));
    end(busy ? { kind: 'busy' } : { kind: 'failed', error });
  });
  return promise;
}

function isLentOut(pool: Pool<unknown>): boolean {
  const { inUse, max } = pool.stats();
  return inUse >= max;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
