import type { Exemplar, MetricsCounterCell } from '../metrics-instrument.ts';
import type { LabelNode } from './label-node.ts';
import { ownerOf } from './label-tree.ts';
import type { Series } from './series.ts';
import { SeriesState } from './series-state.ts';

/**
 * One count: a memory slot. A write on the usual path is an addition and four comparisons, with no look-up and no allocation;
 * `bench/bound.bench.ts` holds it to that.
 */
export class CounterSeries implements MetricsCounterCell, Series {
  parent: Series['parent'];
  readonly label: string;
  state: SeriesState = SeriesState.written;
  /** The count of a series that is in its metric. */
  total = 0;

  constructor(parent: LabelNode, label: string) {
    this.parent = parent;
    this.label = label;
  }

  inc(by = 1, exemplar?: Exemplar): void {
    if (this.state === SeriesState.written && typeof by === 'number' && by >= 0 && exemplar === undefined) {
      const total = this.total + by;
      if (total < Number.POSITIVE_INFINITY) {
        this.total = total;
        return;
      }
    }
    this.#carefully(by, exemplar);
  }

  get value(): number {
    return (ownerOf(this).living(this) as CounterSeries | undefined)?.total ?? 0;
  }

  reset(): void {
    this.total = 0;
  }

  data(): { value: number } {
    return { value: this.total };
  }

  #carefully(by: number, exemplar: Exemplar | undefined): void {
    const owner = ownerOf(this);
    if (typeof by !== 'number' || !(by >= 0) || by === Number.POSITIVE_INFINITY) {
      owner.reject(by);
      return;
    }
    const series = owner.awaken(this) as CounterSeries | undefined;
    if (series === undefined) return;
    const total = series.total + by;
    if (total === Number.POSITIVE_INFINITY) {
      owner.reject(by);
      return;
    }
    series.total = total;
    if (exemplar !== undefined) owner.keepExemplar(series, 0, by, exemplar);
  }
}
