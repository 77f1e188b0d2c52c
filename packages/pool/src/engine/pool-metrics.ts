import type { CounterCell, GaugeCell, HistogramCell, Meter } from '@xc/core';
import type { Verdict } from '../diagnosis.ts';
import { type EndReason, endReasons } from '../end-reason.ts';
import type { AcquireFailure } from '../pool-event.ts';

/** Seconds, from half a millisecond to a minute. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

const verdicts: readonly Verdict[] = [
  'ok',
  'paused',
  'factory-down',
  'slow-create',
  'leak-suspected',
  'undersized',
  'event-loop-stalled',
];

/** What a borrower did wrong. */
export type Misuse = 'double-release' | 'use-after-release' | 'open-transaction';

/** The cells of one pool, all bound at its construction. Gauges move by differences, so that pools may share them. */
export class PoolMetrics {
  readonly acquired: HistogramCell;
  readonly notAcquired: Readonly<Record<AcquireFailure, HistogramCell>>;
  readonly usage: HistogramCell;
  readonly created: Readonly<Record<'ok' | 'error' | 'timeout', HistogramCell>>;
  readonly idle: GaugeCell;
  readonly inUse: GaugeCell;
  readonly creating: GaugeCell;
  readonly closing: GaugeCell;
  readonly waiting: GaugeCell;
  readonly limit: GaugeCell;
  readonly closed: Readonly<Record<EndReason, CounterCell>>;
  readonly timeouts: Readonly<Record<Verdict, CounterCell>>;
  readonly leaks: CounterCell;
  readonly misuse: Readonly<Record<Misuse, CounterCell>>;

  constructor(meter: Meter, pool: string) {
    const acquire = meter.histogram({
      name: 'xc_pool_acquire_seconds',
      help: 'How long borrowers waited.',
      labels: ['pool', 'outcome'],
      buckets,
    });
    const acquireCell = (outcome: string) => acquire.at(pool, outcome);
    this.acquired = acquireCell('ok');
    this.notAcquired = cells(['timeout', 'aborted', 'full', 'create', 'closed'], acquireCell);
    this.usage = meter
      .histogram({
        name: 'xc_pool_usage_seconds',
        help: 'How long resources were lent.',
        labels: ['pool'],
        buckets,
      })
      .at(pool);
    const create = meter.histogram({
      name: 'xc_pool_create_seconds',
      help: 'How long opening a resource took.',
      labels: ['pool', 'outcome'],
      buckets,
    });
    this.created = cells(['ok', 'error', 'timeout'], (outcome) => create.at(pool, outcome));
    const resources = meter.gauge({
      name: 'xc_pool_resources',
      help: 'Resources by state.',
      labels: ['pool', 'state'],
    });
    this.idle = resources.at(pool, 'idle');
    this.inUse = resources.at(pool, 'in_use');
    this.creating = resources.at(pool, 'creating');
    this.closing = resources.at(pool, 'closing');
    this.waiting = meter.gauge({ name: 'xc_pool_waiting', help: 'Borrowers that wait.', labels: ['pool'] }).at(pool);
    this.limit = meter
      .gauge({ name: 'xc_pool_limit', help: 'How many resources may be open now.', labels: ['pool'] })
      .at(pool);
    const closed = meter.counter({
      name: 'xc_pool_closed_total',
      help: 'Resources closed, by reason.',
      labels: ['pool', 'reason'],
    });
    this.closed = cells(endReasons, (reason) => closed.at(pool, reason));
    const timeouts = meter.counter({
      name: 'xc_pool_timeouts_total',
      help: 'Borrowers that waited in vain, by the likely cause.',
      labels: ['pool', 'verdict'],
    });
    this.timeouts = cells(verdicts, (verdict) => timeouts.at(pool, verdict));
    this.leaks = meter
      .counter({ name: 'xc_pool_leaks_total', help: 'Leases reported as leaks.', labels: ['pool'] })
      .at(pool);
    const misuse = meter.counter({
      name: 'xc_pool_misuse_total',
      help: 'Leases ended twice or used after their end.',
      labels: ['pool', 'kind'],
    });
    this.misuse = cells(['double-release', 'use-after-release', 'open-transaction'], (kind) => misuse.at(pool, kind));
  }
}

function cells<Name extends string, Cell>(names: readonly Name[], at: (name: Name) => Cell): Record<Name, Cell> {
  return Object.fromEntries(names.map((name) => [name, at(name)])) as Record<Name, Cell>;
}
