import { causesOf } from '../sql/causes-of.ts';

/** Classes of SQLSTATE after which a session is over: connection exceptions, and the server's own end. */
const fatalStates = /^(?:08|57P0[1-5])/;

/** Whether an error of PostgreSQL ends the session that it came on. Errors of anybody else do not. */
export function isFatal(error: unknown): boolean {
  return inChain(
    error,
    ({ severity, code }) =>
      severity === 'FATAL' || severity === 'PANIC' || (typeof code === 'string' && fatalStates.test(code)),
  );
}

/** Whether PostgreSQL itself has answered with this error, or with one that it wraps. */
export function isServerError(error: unknown): boolean {
  return inChain(error, ({ severity, code }) => typeof severity === 'string' && typeof code === 'string');
}

/** Whether a transaction that failed so may well succeed when it is run again: serialization failure, deadlock. */
export function isRepeatable(error: unknown): boolean {
  return inChain(error, ({ code }) => code === '40001' || code === '40P01');
}

interface ServerError {
  readonly severity?: unknown;
  /** SQLSTATE. */
  readonly code?: unknown;
}

function inChain(error: unknown, matches: (error: ServerError) => boolean): boolean {
  for (const one of causesOf(error)) if (matches(one)) return true;
  return false;
}
