import type { Exemplar, MetricsHistogramCell } from '../metrics-instrument.ts';
import type { LabelNode } from './label-node.ts';
import { ownerOf } from './label-tree.ts';
import type { Series } from './series.ts';
import { SeriesState } from './series-state.ts';

/** Among so few bounds it is quicker to go through them than to halve them again. */
const WALKING_PAYS = 5;

/**
 * One distribution: a row of memory slots, one for each bucket, that of `+Inf`, and the sum. A write on the usual path finds
 * its bucket and adds twice, with no look-up and no allocation; `bench/bound.bench.ts` holds it to that.
 */
export class HistogramSeries implements MetricsHistogramCell, Series {
  parent: Series['parent'];
  readonly label: string;
  state: SeriesState = SeriesState.written;
  readonly bounds: Float64Array;
  /** Counts of their own, not cumulative; the sum stands last. */
  readonly slots: number[];

  constructor(parent: LabelNode, label: string, bounds: Float64Array, zeros: readonly number[]) {
    this.parent = parent;
    this.label = label;
    this.bounds = bounds;
    // A copy of a row of doubles is a row of doubles: one that began with small integers would change its kind when written.
    this.slots = zeros.slice();
  }

  record(value: number, exemplar?: Exemplar): void {
    if (this.state === SeriesState.written && typeof value === 'number' && exemplar === undefined) {
      const slots = this.slots;
      const last = slots.length - 1;
      const sum = (slots[last] as number) + value;
      // Not so when the value is NaN or infinite, or the sum would be.
      if (sum - sum === 0) {
        (slots[bucketOf(this.bounds, value)] as number) += 1;
        slots[last] = sum;
        return;
      }
    }
    this.#carefully(value, exemplar);
  }

  get count(): number {
    return (ownerOf(this).living(this) as HistogramSeries | undefined)?.values() ?? 0;
  }

  get sum(): number {
    return (ownerOf(this).living(this) as HistogramSeries | undefined)?.slots.at(-1) ?? 0;
  }

  /** How many values there are. */
  values(): number {
    let count = 0;
    for (let index = 0; index < this.slots.length - 1; index++) count += this.slots[index] as number;
    return count;
  }

  reset(): void {
    this.slots.fill(0);
  }

  data(): { count: number; sum: number; buckets: readonly number[] } {
    let count = 0;
    const buckets = this.slots.slice(0, -1).map((own) => {
      count += own;
      return count;
    });
    return { count, sum: this.slots.at(-1) as number, buckets };
  }

  #carefully(value: number, exemplar: Exemplar | undefined): void {
    const owner = ownerOf(this);
    if (!Number.isFinite(value)) {
      owner.reject(value);
      return;
    }
    const series = owner.awaken(this) as HistogramSeries | undefined;
    if (series === undefined) return;
    const { slots } = series;
    const sum = (slots.at(-1) as number) + value;
    if (!Number.isFinite(sum)) {
      owner.reject(value);
      return;
    }
    const bucket = bucketOf(series.bounds, value);
    (slots[bucket] as number) += 1;
    slots[slots.length - 1] = sum;
    if (exemplar !== undefined) owner.keepExemplar(series, bucket, value, exemplar);
    else owner.askForExemplar(series, bucket, value);
  }
}

/** The first bucket whose bound is not below the value; past the last one, that of `+Inf`. */
function bucketOf(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (high - low > WALKING_PAYS) {
    const middle = (low + high) >>> 1;
    if (value > (bounds[middle] as number)) low = middle + 1;
    else high = middle;
  }
  while (low < high && value > (bounds[low] as number)) low++;
  return low;
}
