/** Classes of SQLSTATE after which a session is over: connection exceptions, and the server's own end. */
const fatalStates = /^(?:08|57P0[1-5])/;

/** Whether an error of PostgreSQL ends the session that it came on. Errors of anybody else do not. */
export function isFatal(error: unknown): boolean {
  return isServerError(
    error,
    ({ severity, code }) => severity === 'FATAL' || severity === 'PANIC' || fatalStates.test(code),
  );
}

/** Whether PostgreSQL itself has answered with this error, or with one that it wraps. */
export function isServerError(error: unknown, matches: (error: ServerError) => boolean = () => true): boolean {
  for (let depth = 0, one = error; depth < 5 && typeof one === 'object' && one !== null; depth += 1) {
    const { severity, code, cause } = one as Partial<ServerError> & { readonly cause?: unknown };
    if (typeof severity === 'string' && typeof code === 'string' && matches({ severity, code })) return true;
    one = cause;
  }
  return false;
}

/** Whether a transaction that failed so may well succeed when it is run again: serialization failure, deadlock. */
export function isRepeatable(error: unknown): boolean {
  return isServerError(error, ({ code }) => code === '40001' || code === '40P01');
}

interface ServerError {
  readonly severity: string;
  /** SQLSTATE. */
  readonly code: string;
}
