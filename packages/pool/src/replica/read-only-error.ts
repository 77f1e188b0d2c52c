import { isXcError } from '@xc/core';

/**
 * Whether a server refused to write because it is no primary: SQLSTATE 25006 of PostgreSQL, error 1290 of MySQL, READONLY of
 * Redis; also as the cause of another error.
 */
export function isReadOnlyError(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, errno, message, cause } = error as Readonly<Record<string, unknown>>;
  if (code === '25006' || errno === 1290 || isXcError(error, 'XC_REDIS_READONLY')) return true;
  if (typeof message === 'string' && /^READONLY\b/.test(message)) return true;
  return isReadOnlyError(cause, depth + 1);
}
