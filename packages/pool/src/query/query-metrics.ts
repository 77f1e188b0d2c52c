import type { CounterCell, HistogramCell, Meter } from '@xc/core';
import { type QueryOperation, queryOperations } from './query-operation.ts';

/** The cells of one operation. */
export interface OperationCells {
  readonly ok: HistogramCell;
  readonly error: HistogramCell;
  readonly slow: CounterCell;
}

/** Seconds, from half a millisecond to a minute. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers what is measured of statements, and binds all that a statement can touch. */
export function queryMetrics(meter: Meter, pool: string): Readonly<Record<QueryOperation, OperationCells>> {
  const seconds = meter.histogram({
    name: 'xc_pool_query_seconds',
    help: 'How long statements took.',
    labels: ['pool', 'operation', 'outcome'],
    buckets,
  });
  const slow = meter.counter({
    name: 'xc_pool_slow_queries_total',
    help: 'Statements that took too long.',
    labels: ['pool', 'operation'],
  });
  const cells = (operation: QueryOperation): OperationCells => ({
    ok: seconds.at(pool, operation, 'ok'),
    error: seconds.at(pool, operation, 'error'),
    slow: slow.at(pool, operation),
  });
  return Object.fromEntries(queryOperations.map((operation) => [operation, cells(operation)])) as Record<
    QueryOperation,
    OperationCells
  >;
}
