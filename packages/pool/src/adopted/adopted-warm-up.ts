import { isXcError } from '@xc/core';
import { warmupError } from '../engine/pool-errors.ts';
import type { PoolLease } from '../engine/pool-lease.ts';
import type { AdoptedLending } from './adopted-lending.ts';

/**
 * Opens resources in the one way that every pool has: borrows them all at once, and returns them.
 *
 * @throws XcError XC_POOL_WARMUP, XC_POOL_CLOSED, or the reason of `signal`.
 */
export async function warmAdopted<T>(
  lending: AdoptedLending<T>,
  count: number,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly opened: number; readonly tookMs: number }> {
  const { supply, parts } = lending;
  const startedAt = lending.now;
  const wanted = Math.min(count, supply.peer.max);
  const before = supply.peer.figures().size;
  const missing = Math.max(wanted - before, 0);
  const borrows = missing === 0 ? 0 : wanted;
  const borrowed = Array.from({ length: borrows }, () => borrowOne(lending, startedAt + deadlineMs, signal));
  const outcomes = await Promise.allSettled(borrowed);
  const opened = Math.max(supply.peer.figures().size - before, 0);
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.release();
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return { opened, tookMs: lending.now - startedAt };
  signal?.throwIfAborted();
  if (isXcError(failed.reason, 'XC_POOL_CLOSED')) throw failed.reason;
  throw warmupError(parts.settings.name, opened, wanted, supply.lastCreateError ?? failed.reason);
}

/** Tries until it is too late. */
async function borrowOne<T>(
  lending: AdoptedLending<T>,
  dueAt: number,
  signal: AbortSignal | undefined,
): Promise<PoolLease<T>> {
  const { clock } = lending.parts.settings;
  for (;;) {
    const timeoutMs = Math.max(dueAt - lending.now, 0);
    try {
      return await lending.acquire({ timeoutMs, ...(signal === undefined ? {} : { signal }) }, borrowOne);
    } catch (error) {
      if (!isXcError(error, 'XC_POOL_CREATE') || lending.now >= dueAt) throw error;
      const pauseMs = Math.max(lending.supply.retryInMs(lending.now), 1);
      await clock.sleep(Math.min(pauseMs, dueAt - lending.now), signal);
    }
  }
}
