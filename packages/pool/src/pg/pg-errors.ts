/** Classes of SQLSTATE after which a session is over: connection exceptions, and the server's own end. */
const fatalStates = /^(?:08|57P0[1-5])/;

/** Whether an error of PostgreSQL ends the session that it came on. Errors of anybody else do not. */
export function isFatal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { severity, code } = error as { readonly severity?: unknown; readonly code?: unknown };
  return severity === 'FATAL' || severity === 'PANIC' || (typeof code === 'string' && fatalStates.test(code));
}

/** Whether a transaction that failed so may well succeed when it is run again: serialization failure, deadlock. */
export function isRepeatable(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return code === '40001' || code === '40P01';
}
