import type { MetricsGaugeCell } from '../metrics-instrument.ts';
import type { LabelNode } from './label-node.ts';
import { ownerOf } from './label-tree.ts';
import type { Series } from './series.ts';
import { SeriesState } from './series-state.ts';

/** One level: a memory slot, as `CounterSeries`. */
export class GaugeSeries implements MetricsGaugeCell, Series {
  parent: Series['parent'];
  readonly label: string;
  state: SeriesState = SeriesState.written;
  /** The level of a series that is in its metric. */
  level = 0;

  constructor(parent: LabelNode, label: string) {
    this.parent = parent;
    this.label = label;
  }

  set(value: number): void {
    if (this.state === SeriesState.written && typeof value === 'number') this.level = value;
    else this.#carefully(value, false);
  }

  add(by: number): void {
    if (this.state === SeriesState.written && typeof by === 'number') this.level += by;
    else this.#carefully(by, true);
  }

  get value(): number {
    return (ownerOf(this).living(this) as GaugeSeries | undefined)?.level ?? 0;
  }

  reset(): void {
    this.level = 0;
  }

  data(): { value: number } {
    return { value: this.level };
  }

  #carefully(value: number, adds: boolean): void {
    const owner = ownerOf(this);
    if (typeof value !== 'number') {
      owner.reject(value);
      return;
    }
    const series = owner.awaken(this) as GaugeSeries | undefined;
    if (series !== undefined) series.level = adds ? series.level + value : value;
  }
}
