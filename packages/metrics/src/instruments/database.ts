import { type Clock, type Meter, systemClock } from '@xc/core';
import { exponentialBuckets, latencyBuckets } from '../buckets.ts';
import { sqlOperation } from './sql-operation.ts';
import { sqlWithoutValues } from './sql-without-values.ts';

/** Options of {@link instrumentDatabase}. */
export interface DatabaseOptions {
  /** `postgresql`, `mysql`, ...: the label `system`. */
  readonly system: string;
  /**
   * From how many milliseconds on a statement is slow.
   * @defaultValue 1_000
   */
  readonly slowMs?: number;
  /** Hears of each slow statement. What it throws is dropped: it must not fail a query. */
  onSlow?(fact: SlowQuery): void;
  /**
   * In seconds.
   * @defaultValue latencyBuckets
   */
  readonly buckets?: readonly number[];
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** A statement that took long. */
export interface SlowQuery {
  readonly operation: string;
  readonly ms: number;
  /** With `?` for every literal; `undefined` when only the operation was known. */
  readonly statement: string | undefined;
}

/** Measures statements, from plain facts. */
export interface DatabaseInstrument {
  /** A statement goes out: its text, or the operation when that is known. */
  begin(facts: { readonly sql?: string; readonly operation?: string }): DatabaseCall;
}

/** One statement on its way. */
export interface DatabaseCall {
  /** It is over; a second call does nothing. */
  end(facts?: { readonly error?: unknown; readonly rows?: number }): void;
}

const rowBuckets = [0, ...exponentialBuckets(1, 10, 6)];

/** Measures statements: duration by operation and outcome, rows, and how many are slow. The label is never the statement. */
export function instrumentDatabase(meter: Meter, options: DatabaseOptions): DatabaseInstrument {
  const { system, slowMs = 1_000, buckets = latencyBuckets, clock = systemClock } = options;
  const duration = meter.histogram({
    name: 'db_query_duration_seconds',
    help: 'Time from a statement to its result.',
    labels: ['system', 'operation', 'outcome'],
    buckets,
  });
  const rows = meter.histogram({
    name: 'db_query_rows',
    help: 'Rows that a statement returned or changed.',
    labels: ['system', 'operation'],
    buckets: rowBuckets,
  });
  const slow = meter.counter({
    name: 'db_slow_queries_total',
    help: 'Statements that took longer than they should.',
    labels: ['system', 'operation'],
  });
  return {
    begin({ sql, operation: known }) {
      const operation = known === undefined ? sqlOperation(sql ?? '') : sqlOperation(known);
      const startedAt = clock.monotonic();
      let isOver = false;
      return {
        end(facts = {}) {
          if (isOver) return;
          isOver = true;
          const ms = clock.monotonic() - startedAt;
          duration.at(system, operation, facts.error === undefined ? 'ok' : 'error').record(ms / 1_000);
          if (facts.rows !== undefined) rows.at(system, operation).record(facts.rows);
          if (ms < slowMs) return;
          slow.at(system, operation).inc();
          tell(options, { operation, ms, statement: sql === undefined ? undefined : sqlWithoutValues(sql, system) });
        },
      };
    },
  };
}

function tell(options: DatabaseOptions, fact: SlowQuery): void {
  try {
    options.onSlow?.(fact);
  } catch {
    // Whoever listens has no say in the query.
  }
}
