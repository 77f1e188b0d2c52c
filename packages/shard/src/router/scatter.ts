import { XcError } from '@xc/core';
import type { Merge } from '../merge/merge.ts';
import type { ScatterResult } from './router.ts';

/** A shard without an answer, and why. */
export interface Missing {
  readonly shard: string;
  readonly error: unknown;
}

/** How many of so many may be missing. */
export function mayMiss(partial: 'fail' | 'quorum' | 'best-effort', shards: number): number {
  if (partial === 'fail') return 0;
  return partial === 'quorum' ? Math.ceil(shards / 2) - 1 : shards;
}

/**
 * Merges what came.
 * @throws XcError `XC_SHARD_PARTIAL` when too much is missing.
 */
export function gathered<P, R>(
  shards: readonly string[],
  results: readonly (PromiseSettledResult<P> | undefined)[],
  merge: Merge<P, R>,
  most: number,
): ScatterResult<R> {
  const parts: { shard: string; part: P }[] = [];
  const missing: Missing[] = [];
  for (const [index, shard] of shards.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') parts.push({ shard, part: result.value });
    else if (result !== undefined) missing.push({ shard, error: result.reason });
  }
  if (missing.length > most) throw partial(missing, shards.length);
  return { value: merge.combine(parts), missing };
}

/** Too few have answered; the first failure is the cause. */
export function partial(missing: readonly Missing[], asked: number): XcError<'XC_SHARD_PARTIAL'> {
  const names = missing.map(({ shard }) => shard).join(', ');
  return new XcError('XC_SHARD_PARTIAL', `${missing.length} of ${asked} shards have not answered: ${names}`, {
    cause: missing[0]?.error,
    details: { missing },
    retryable: true,
  });
}

/** Asking several shards that nobody said is meant. */
export function scatterRefused(shards: readonly string[]): XcError<'XC_SHARD_SCATTER_REFUSED'> {
  const named =
    shards.length > 8 ? `${shards.slice(0, 8).join(', ')} and ${shards.length - 8} more` : shards.join(', ');
  return new XcError(
    'XC_SHARD_SCATTER_REFUSED',
    `the question goes to ${shards.length} shards (${named}): say allowScatter, or ask for less`,
    {
      details: { shards },
    },
  );
}
