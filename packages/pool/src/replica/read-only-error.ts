import { isXcError } from '@xc/core';
import { causesOf } from '../sql/causes-of.ts';

/**
 * Whether a server refused to write because it is no primary: SQLSTATE 25006 of PostgreSQL, error 1290 of MySQL, READONLY of
 * Redis; also as the cause of another error.
 */
export function isReadOnlyError(error: unknown): boolean {
  for (const one of causesOf(error)) {
    const { code, errno, message } = one as Readonly<Record<string, unknown>>;
    if (code === '25006' || errno === 1290 || isXcError(one, 'XC_REDIS_READONLY')) return true;
    if (typeof message === 'string' && /^READONLY\b/.test(message)) return true;
  }
  return false;
}
