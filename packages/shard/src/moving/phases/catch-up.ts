import { XcError } from '@xc/core';
import type { MoveWork, Next } from '../job/move-work.ts';
import { type Drained, drain } from './drain.ts';

/** Catches up until a switch is within reach. */
export async function catchUp(work: MoveWork): Promise<Next> {
  await caughtUp(work);
  return { phase: 'verify' };
}

/**
 * Resolves once the receiver is behind by no more rows than `catchUpRows`.
 * @throws XcError `XC_SHARD_CUTOVER_TIMEOUT` when rows change faster than they are brought over, over and over.
 */
export async function caughtUp(work: MoveWork): Promise<Drained> {
  const { catchUpRows, batchRows } = work.job.options;
  for (;;) {
    // All rows twice, and then some: whoever has not come near by then, meets rows faster than it brings them over.
    const most = 2 * work.progress.counts.rowsCopied + 20 * Math.max(batchRows, catchUpRows + 1);
    const drained = await drain(work, work.giver, work.receiver, { near: catchUpRows, most });
    if (drained.isNear) return drained;
    triedInVain(work, 'does not catch up');
  }
}

/** Counts a try. @throws XcError `XC_SHARD_CUTOVER_TIMEOUT` when it was the last. */
export function triedInVain(work: MoveWork, reason: string, cause?: unknown): void {
  work.attempts += 1;
  const { cutoverAttempts, logger } = work.job.options;
  const { moveId, attempts } = work;
  logger.warn(
    { moveId, attempt: attempts, reason, ...(cause === undefined ? {} : { err: cause }) },
    'a switch was not made',
  );
  if (attempts < cutoverAttempts) return;
  throw new XcError(
    'XC_SHARD_CUTOVER_TIMEOUT',
    `partition ${work.record.partition} was not switched to ${work.receiver} in ${attempts} attempts: ${reason}`,
    { cause, details: { moveId, attempts, reason }, retryable: true },
  );
}
