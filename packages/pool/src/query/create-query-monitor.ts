import { type Clock, type Logger, noopLogger, noopMeter, systemClock, type Tracer } from '@xc/core';
import { currentContext, runInContext } from '@xc/core/context';
import {
  duration,
  nonNegativeInteger,
  oneOf,
  poolName,
  positiveInteger,
  refuseUnknown,
} from '../engine/option-rules.ts';
import { type SqlDialect, sqlDialects } from './dialect.ts';
import { KnownStatements } from './known-statements.ts';
import { type OperationCells, queryMetrics } from './query-metrics.ts';
import type { QueryMonitor } from './query-monitor.ts';
import type { QueryMonitorOptions, SlowQuery } from './query-monitor-options.ts';
import type { QueryOperation } from './query-operation.ts';
import type { QueryRank, QueryShape } from './query-shape.ts';
import { RepeatWatch } from './repeat-watch.ts';
import { RunningQueries, type RunningQuery } from './running-queries.ts';
import { queryRanks, ShapeTable } from './shape-table.ts';

/**
 * Creates a monitor that measures statements by their shape, reports slow ones while they still run, and finds the statement
 * that is repeated for every row (N+1). No literal of a statement gets into anything that it says.
 *
 * @throws TypeError or RangeError for a value out of range.
 *
 * @example
 * ```ts
 * const monitor = createQueryMonitor({ slowMs: 200, onSlow: ({ shape, tookMs }) => console.warn(shape, tookMs) });
 * const pool = createPool(pgFactory({ connectionString }, { monitor }));
 * // later, on a status page
 * monitor.top('total', 5);
 * ```
 */
export function createQueryMonitor(options: QueryMonitorOptions = {}): QueryMonitor {
  return new StatementMonitor(options);
}

const optionNames: readonly (keyof QueryMonitorOptions)[] = [
  'slowMs',
  'maxShapes',
  'maxTextLength',
  'repeatLimit',
  'onSlow',
  'onRepeat',
  'pool',
  'dialect',
  'clock',
  'meter',
  'logger',
  'tracer',
];

/** What `createQueryMonitor` returns, with the two steps of `observe` for those who call a client themselves. */
export class StatementMonitor implements QueryMonitor {
  readonly #options: QueryMonitorOptions;
  readonly #pool: string;
  readonly #slowMs: number;
  readonly #dialect: SqlDialect;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tracer: Tracer | undefined;
  readonly #known: Readonly<Record<SqlDialect, KnownStatements>>;
  readonly #table: ShapeTable;
  readonly #running: RunningQueries;
  readonly #repeats: RepeatWatch;
  readonly #cells: Readonly<Record<QueryOperation, OperationCells>>;

  constructor(options: QueryMonitorOptions) {
    refuseUnknown(options, optionNames);
    const { slowMs = 1_000, maxShapes = 500, maxTextLength = 1_000, repeatLimit = 20 } = options;
    const { pool = 'default', dialect = 'standard', clock = systemClock, logger = noopLogger } = options;
    this.#options = options;
    positiveInteger('maxShapes', maxShapes);
    positiveInteger('maxTextLength', maxTextLength);
    positiveInteger('repeatLimit', repeatLimit, 'allowed');
    this.#pool = poolName(pool);
    this.#slowMs = duration('slowMs', slowMs);
    this.#dialect = oneOf('dialect', dialect, sqlDialects);
    this.#clock = clock;
    this.#logger = logger;
    this.#tracer = options.tracer;
    const known = (spoken: SqlDialect) => new KnownStatements(spoken, maxTextLength);
    this.#known = { standard: known('standard'), mysql: known('mysql') };
    this.#table = new ShapeTable(maxShapes);
    this.#running = new RunningQueries(clock, slowMs, (query) => this.#hasTurnedSlow(query));
    this.#repeats = new RepeatWatch(repeatLimit, (shape, count) => this.#isRepeated(shape, count));
    this.#cells = queryMetrics(options.meter ?? noopMeter, pool);
  }

  observe<R>(sql: string, run: () => PromiseLike<R>, dialect: SqlDialect = this.#dialect): Promise<R> {
    let query: RunningQuery;
    try {
      query = this.start(sql, dialect);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#tracer === undefined ? this.#watch(query, run) : this.#trace(query, run, this.#tracer);
  }

  top(by: QueryRank, count: number): readonly QueryShape[] {
    return this.#table.top(oneOf('by', by, queryRanks), nonNegativeInteger('count', count, 'allowed'));
  }

  running(): readonly { readonly shape: string; readonly forMs: number }[] {
    const now = this.#clock.monotonic();
    return Array.from(this.#running, ({ statement, startedAt }) => ({
      shape: statement.shape,
      forMs: now - startedAt,
    }));
  }

  /** Whether statements run in spans, which only `observe` opens around them. */
  get traced(): boolean {
    return this.#tracer !== undefined;
  }

  /**
   * Cost: a look into a map, two links and a reading of the clock. Bench `query` guards it.
   * @throws TypeError when `sql` is not a string.
   */
  start(sql: string, dialect: SqlDialect = this.#dialect): RunningQuery {
    const statement = this.#known[dialect].find(sql);
    const request = currentContext();
    if (request !== undefined) this.#repeats.count(request, statement.shape);
    return this.#running.start(statement, request);
  }

  end(query: RunningQuery, failed: boolean): void {
    this.#running.end(query);
    const tookMs = this.#clock.monotonic() - query.startedAt;
    const slow = query.slow || tookMs >= this.#slowMs;
    const cells = this.#cells[query.statement.operation];
    (failed ? cells.error : cells.ok).record(tookMs / 1_000);
    this.#table.add(query.statement, tookMs, failed, slow);
    if (!slow) return;
    if (!query.slow) cells.slow.inc();
    this.#report(query, tookMs, failed ? 'failed' : 'done');
  }

  #watch<R>(query: RunningQuery, run: () => PromiseLike<R>): Promise<R> {
    let result: PromiseLike<R>;
    try {
      result = run();
    } catch (error) {
      this.end(query, true);
      return Promise.reject(error);
    }
    // Most are promises already, and Promise.resolve hands those on as they are.
    return Promise.resolve(result).then(
      (value) => {
        this.end(query, false);
        return value;
      },
      (error) => {
        this.end(query, true);
        throw error;
      },
    );
  }

  #trace<R>(query: RunningQuery, run: () => PromiseLike<R>, tracer: Tracer): Promise<R> {
    const { shape, operation } = query.statement;
    const attributes = {
      'db.operation.name': operation,
      'db.query.text': shape,
      'db.client.connection.pool.name': this.#pool,
    };
    return tracer.span(
      'db.query',
      (span) =>
        this.#watch(query, run).catch((error) => {
          span.fail(error);
          throw error;
        }),
      attributes,
    );
  }

  #hasTurnedSlow(query: RunningQuery): void {
    this.#cells[query.statement.operation].slow.inc();
    const tell = () => this.#report(query, this.#clock.monotonic() - query.startedAt, 'running');
    // One timer serves all requests: the report belongs to the one whose query it is.
    if (query.request === undefined) tell();
    else runInContext(query.request, tell);
  }

  #report(query: RunningQuery, tookMs: number, state: SlowQuery['state']): void {
    const { shape, operation } = query.statement;
    const report: SlowQuery = { shape, tookMs, state, operation };
    this.#logger.warn(
      { pool: this.#pool, ...report },
      state === 'running' ? 'a slow query still runs' : 'a slow query ended',
    );
    this.#tell('onSlow', () => this.#options.onSlow?.(report));
  }

  #isRepeated(shape: string, count: number): void {
    this.#logger.warn({ pool: this.#pool, shape, count }, 'one query is repeated in one request');
    this.#tell('onRepeat', () => this.#options.onRepeat?.(shape, count));
  }

  /** A listener that throws harms no statement. */
  #tell(listener: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#logger.error({ pool: this.#pool, err: error }, `${listener} threw`);
    }
  }
}
