import { XcError } from '@xc/core';

/** No node accepts writes, or none in the highest term that was ever seen; or there is no way to the one that does. */
export function noPrimaryError(
  waitedMs: number,
  nodes: readonly string[],
  cause: unknown,
): XcError<'XC_POOL_NO_PRIMARY'> {
  const message = `no node accepted writes within ${Math.round(waitedMs)} ms`;
  return new XcError('XC_POOL_NO_PRIMARY', message, { cause, details: { waitedMs, nodes }, retryable: true });
}

/** No replica is fresh enough, and the primary is not to be read. */
export function staleError(maxStalenessMs: number, lags: Readonly<Record<string, number>>): XcError<'XC_POOL_STALE'> {
  const message = `no replica lags less than ${maxStalenessMs} ms`;
  return new XcError('XC_POOL_STALE', message, { details: { maxStalenessMs, lags }, retryable: true });
}

/** The replica pool was disposed of. */
export function replicasClosedError(): XcError<'XC_POOL_CLOSED'> {
  return new XcError('XC_POOL_CLOSED', 'the replica pool is closed');
}

/** The primary is another one than when the write began. */
export function primaryChangedError(node: string, term: number): XcError<'XC_POOL_LOST'> {
  const message = `${node} is no longer the primary of term ${term}`;
  return new XcError('XC_POOL_LOST', message, { details: { node, term }, retryable: true });
}
