import { isXcError, XcError } from '@xc/core';

/** What became of one job of `addMany` that was not added: bad input, a refusal by name, or BullMQ's own trouble. */
export function refusalOf(error: unknown): XcError {
  if (isXcError(error)) return error;
  const isMistake = error instanceof TypeError || error instanceof RangeError;
  const code = isMistake ? 'XC_QUEUE_BAD_ITEM' : 'XC_QUEUE_UNAVAILABLE';
  return new XcError(code, messageOf(error), { cause: error, retryable: !isMistake });
}

/** Bad input reaches the caller of `add` as what it is. */
export function thrownFor(refusal: XcError): unknown {
  return refusal.code === 'XC_QUEUE_BAD_ITEM' ? refusal.cause : refusal;
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
