import { answersByPromise, CallEnding, endOf, isPromise, type Method } from './call-ending.ts';
import { StatementMonitor } from './create-query-monitor.ts';
import type { SqlDialect } from './dialect.ts';
import type { QueryMonitor } from './query-monitor.ts';
import type { RunningQuery } from './running-queries.ts';

/**
 * Lets `monitor` see every statement that goes through these methods of `client`, and returns the same client: its own
 * `query` and `execute` now measure first. A second time with the same monitor changes nothing.
 *
 * Promises, callbacks, and the cursors, streams and submittable queries of `pg` and `mysql2` are all seen from their call to
 * their end. Results, errors, `this` and what the methods return are those of the client; a call in which no statement can
 * be recognised goes straight to it.
 *
 * @param methods - Default: `query` and `execute`; those that the client does not have are skipped.
 * @param dialect - How statements are read. Default: as the monitor says.
 * @throws TypeError when `client` is not an object.
 */
export function instrumentQueries<C extends object>(
  client: C,
  monitor: QueryMonitor,
  methods: readonly string[] = ['query', 'execute'],
  dialect?: SqlDialect,
): C {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) {
    throw new TypeError(`client must be an object, got ${client === null ? 'null' : typeof client}`);
  }
  for (const name of methods) {
    const method: unknown = Reflect.get(client, name);
    if (typeof method !== 'function' || Reflect.get(method, seenBy) === monitor) continue;
    const value = measured(method as Method, monitor, dialect);
    Object.defineProperty(value, 'name', { value: method.name, configurable: true });
    Object.defineProperty(value, 'length', { value: method.length, configurable: true });
    Object.defineProperty(value, seenBy, { value: monitor });
    // Not enumerable, as the method of a class is not.
    Object.defineProperty(client, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return client;
}

const seenBy = Symbol.for('@xc/pool/query/monitor');

function measured(method: Method, monitor: QueryMonitor, dialect: SqlDialect | undefined): Method {
  const direct = monitor instanceof StatementMonitor && !monitor.traced ? monitor : undefined;
  return function (...args) {
    const sql = textOf(args[0]);
    if (sql === undefined) return Reflect.apply(method, this, args);
    if (direct === undefined || !answersByPromise(args)) return observed(method, this, args, sql, monitor, dialect);
    return timed(method, this, args, direct, direct.start(sql, dialect));
  };
}

/** The usual call, for as little as it can cost; bench `postgres` guards it. */
function timed(
  method: Method,
  self: unknown,
  args: readonly unknown[],
  monitor: StatementMonitor,
  query: RunningQuery,
): unknown {
  let result: unknown;
  try {
    result = Reflect.apply(method, self, args);
  } catch (error) {
    monitor.end(query, true);
    throw error;
  }
  const succeed = <V>(value: V): V => {
    monitor.end(query, false);
    return value;
  };
  const fail = (error: unknown): never => {
    monitor.end(query, true);
    throw error;
  };
  if (isPromise(result)) return result.then(succeed, fail);
  // The client tells of its errors itself.
  endOf(result)
    .then(succeed, fail)
    .catch(() => {});
  return result;
}

function observed(
  method: Method,
  self: unknown,
  args: readonly unknown[],
  sql: string,
  monitor: QueryMonitor,
  dialect: SqlDialect | undefined,
): unknown {
  const ending = new CallEnding();
  const call = ending.hook(args);
  const outcome: { result?: unknown; error?: unknown; threw?: boolean } = {};
  const run = (): PromiseLike<unknown> => {
    try {
      outcome.result = Reflect.apply(method, self, call);
    } catch (error) {
      Object.assign(outcome, { error, threw: true });
      throw error;
    }
    return ending.of(outcome.result);
  };
  const end = monitor.observe(sql, run, dialect);
  if (!outcome.threw && isPromise(outcome.result)) return end;
  // The client tells of its errors itself.
  end.catch(() => {});
  if (outcome.threw) throw outcome.error;
  return outcome.result;
}

/** The statement of a call: a text, `{ text }` of pg or `{ sql }` of mysql2, of their query objects as well. */
function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null) return undefined;
  const { text, sql } = query as { text?: unknown; sql?: unknown };
  if (typeof text === 'string') return text;
  return typeof sql === 'string' ? sql : undefined;
}
