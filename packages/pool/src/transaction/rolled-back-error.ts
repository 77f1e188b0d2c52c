import { XcError } from '@xc/core';

/** The database rolled the transaction back when it was told to commit. */
export function rolledBackError(): XcError<'XC_POOL_ROLLED_BACK'> {
  const message = 'the transaction was rolled back: a statement in it failed, and its error went unheard';
  return new XcError('XC_POOL_ROLLED_BACK', message);
}
