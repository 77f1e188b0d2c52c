import { isXcError, XcError } from '@xc/core';
import type { Merge, ShardPart } from '../merge/merge.ts';
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
  results: readonly (PromiseSettledResult<readonly ShardPart<P>[]> | undefined)[],
  merge: Merge<P, R>,
  most: number,
): ScatterResult<R> {
  const parts: ShardPart<P>[] = [];
  const missing: Missing[] = [];
  for (const [index, shard] of shards.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') parts.push(...result.value);
    else if (result !== undefined) missing.push({ shard, error: result.reason });
  }
  if (missing.length > most) throw partial(missing, shards.length);
  return { value: merge.combine(parts), missing };
}

/** Too few have answered; a shard that failed by itself is the cause, and not one that was given up with it. */
export function partial(missing: readonly Missing[], asked: number): XcError<'XC_SHARD_PARTIAL'> {
  const failed = missing.filter(({ error }) => !isGivenUp(error));
  const givenUp = missing.length - failed.length;
  const names = failed.map(({ shard }) => shard).join(', ');
  const rest = givenUp === 0 ? '' : `; ${givenUp} more were not waited for`;
  const message = `${failed.length} of ${asked} shards failed: ${names}${rest}`;
  return new XcError('XC_SHARD_PARTIAL', message, { cause: failed[0]?.error, details: { missing: missing.map(told) } });
}

/** As JSON an error says what it is; one of the platform would be an empty object. */
function told(missing: Missing): Missing {
  const { shard, error } = missing;
  const toJSON = () => ({ shard, error: isXcError(error) ? error : String(error) });
  return Object.defineProperty({ ...missing }, 'toJSON', { value: toJSON });
}

/** What stands for the answer of a shard that was given up because too many others had failed. */
export function notWaitedFor(): DOMException {
  return new DOMException('not waited for: too many other shards have failed', 'AbortError');
}

function isGivenUp(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError' && error.message.startsWith('not waited for');
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
