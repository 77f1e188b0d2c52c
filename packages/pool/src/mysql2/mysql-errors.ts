/** What an error of MySQL says of itself; those of mysql2 alone have no `sqlState`. */
interface ServerError {
  readonly errno: number;
  readonly sqlState: string;
}

/** Whether MySQL itself has answered with this error, or with one that it wraps. */
export function isServerError(error: unknown, matches: (error: ServerError) => boolean = () => true): boolean {
  for (let depth = 0, one = error; depth < 5 && typeof one === 'object' && one !== null; depth += 1) {
    const { errno, sqlState, cause } = one as Partial<ServerError> & { readonly cause?: unknown };
    if (typeof errno === 'number' && typeof sqlState === 'string' && matches({ errno, sqlState })) return true;
    one = cause;
  }
  return false;
}

/** Whether a transaction that failed so may well succeed when it is run again: deadlock, lock wait timeout. */
export function isRepeatable(error: unknown): boolean {
  return isServerError(error, ({ errno }) => errno === 1213 || errno === 1205);
}

/** Whether the connection is over, as mysql2 and the server's own end have it. */
export function isFatal(error: unknown): boolean {
  if ((error as { readonly fatal?: unknown } | null | undefined)?.fatal === true) return true;
  return isServerError(error, ({ errno, sqlState }) => sqlState.startsWith('08') || shutdowns.has(errno));
}

/** Server shutdown, killed connection, killed by inactivity. */
const shutdowns: ReadonlySet<number> = new Set([1053, 1927, 4031]);
