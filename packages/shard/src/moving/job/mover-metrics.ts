import type { CounterCell, Gauge, GaugeCell, HistogramCell, Meter } from '@xc/core';
import type { MovePhase } from '../../topology/topology.ts';

/** What rows are counted as. */
export type RowsKind = 'copied' | 'caught_up' | 'repaired' | 'purged' | 'reversed';

/** In which way the two sides of a move differ. */
export type DifferenceKind = 'missing' | 'extra' | 'different';

/** The metrics of a rebalancer. */
export class MoverMetrics {
  readonly fenceSeconds: HistogramCell;
  readonly #moves: Gauge;
  readonly #behind: Gauge;
  readonly #rows: Readonly<Record<RowsKind, CounterCell>>;
  readonly #differences: Readonly<Record<DifferenceKind, CounterCell>>;
  readonly #phases = new Map<string, MovePhase>();

  constructor(meter: Meter) {
    this.#moves = meter.gauge({ name: 'xc_shard_moves', help: 'Moves of partitions, by phase.', labels: ['phase'] });
    this.#behind = meter.gauge({
      name: 'xc_shard_move_behind_rows',
      help: 'Changed rows that a move has not brought to the other side yet.',
      labels: ['move'],
    });
    this.fenceSeconds = meter
      .histogram({ name: 'xc_shard_fence_seconds', help: 'How long writes to a partition stood still for a switch.' })
      .at();
    const rows = meter.counter({
      name: 'xc_shard_move_rows_total',
      help: 'Rows that movers have written or deleted.',
      labels: ['kind'],
    });
    const differences = meter.counter({
      name: 'xc_shard_verify_differences_total',
      help: 'Rows that differed when both sides of a move were compared.',
      labels: ['kind'],
    });
    this.#rows = {
      copied: rows.at('copied'),
      caught_up: rows.at('caught_up'),
      repaired: rows.at('repaired'),
      purged: rows.at('purged'),
      reversed: rows.at('reversed'),
    };
    this.#differences = {
      missing: differences.at('missing'),
      extra: differences.at('extra'),
      different: differences.at('different'),
    };
  }

  /** A move has come to a phase. */
  phase(moveId: string, phase: MovePhase): void {
    const before = this.#phases.get(moveId);
    if (before === phase) return;
    if (before !== undefined) this.#moves.at(before).add(-1);
    this.#moves.at(phase).add(1);
    this.#phases.set(moveId, phase);
  }

  rows(kind: RowsKind, count: number): void {
    this.#rows[kind].inc(count);
  }

  difference(kind: DifferenceKind): void {
    this.#differences[kind].inc();
  }

  behind(moveId: string): GaugeCell {
    return this.#behind.at(moveId);
  }
}
