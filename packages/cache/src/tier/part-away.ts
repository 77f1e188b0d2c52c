import { isXcError, XcError } from '@xc/core';

/**
 * What a tier of several servers fails with where one of them is away and others are not: the cache goes without what lies there,
 * and goes on using the tier.
 */
export function partAway(part: string, cause: unknown): XcError<'XC_CACHE_UNAVAILABLE'> {
  return new XcError('XC_CACHE_UNAVAILABLE', 'a part of the second level of the cache is away', {
    cause,
    details: { part },
    retryable: true,
  });
}

/** Whether it says that one part of a tier is away. */
export function isPartAway(error: unknown): error is XcError<'XC_CACHE_UNAVAILABLE'> {
  return isXcError(error, 'XC_CACHE_UNAVAILABLE') && typeof error.details.part === 'string';
}
