import { causesOf } from '../sql/causes-of.ts';

/** What an error of MySQL says of itself; those of mysql2 alone have no `sqlState`. */
interface ServerError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly sqlState?: unknown;
  readonly fatal?: unknown;
}

/** Whether MySQL itself has answered with this error, or with one that it wraps. */
export function isServerError(error: unknown): boolean {
  return inChain(error, ({ errno, sqlState }) => typeof errno === 'number' && typeof sqlState === 'string');
}

/** Whether a transaction that failed so may well succeed when it is run again: deadlock, lock wait timeout. */
export function isRepeatable(error: unknown): boolean {
  return inChain(error, ({ errno, code }) => lostToOthers.has(errno) || lostToOthers.has(code));
}

/** Whether the connection is over, as mysql2 and the server's own end have it. */
export function isFatal(error: unknown): boolean {
  return inChain(
    error,
    ({ errno, sqlState, fatal }) =>
      fatal === true || shutdowns.has(errno) || (typeof sqlState === 'string' && sqlState.startsWith('08')),
  );
}

const lostToOthers: ReadonlySet<unknown> = new Set([1213, 1205, 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);

/** Server shutdown, killed connection, killed by inactivity. */
const shutdowns: ReadonlySet<unknown> = new Set([1053, 1927, 4031]);

function inChain(error: unknown, matches: (error: ServerError) => boolean): boolean {
  for (const one of causesOf(error)) if (matches(one)) return true;
  return false;
}
