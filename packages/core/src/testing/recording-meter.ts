import type { Counter, Gauge, Histogram, HistogramSpec, Meter, MetricSpec } from '../meter.ts';

/** Label values by name, or in the order of the metric's labels. */
export type LabelQuery = Readonly<Record<string, string>> | readonly string[];

/** What was recorded for one combination of label values. */
export interface RecordedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a counter or gauge; of a histogram, how many observations there are. */
  readonly value: number;
}

type Kind = 'counter' | 'gauge' | 'histogram';

interface Cell {
  readonly labelValues: readonly string[];
  value: number;
  readonly observations: number[];
}

/**
 * Keeps every value, so that a test can ask what was measured. As strict as a real meter: the wrong number of label values,
 * a counter that goes down, and one name for two different metrics are errors.
 *
 * @example
 * ```ts
 * const meter = new RecordingMeter();
 * createThing({ meter }).run();
 * expect(meter.value('xc_thing_runs_total', { outcome: 'ok' })).toBe(1);
 * ```
 */
export class RecordingMeter implements Meter {
  readonly #metrics = new Map<string, Metric>();

  counter(spec: MetricSpec): Counter {
    const metric = this.#register('counter', spec);
    return {
      at(...labelValues) {
        const cell = metric.cell(labelValues);
        return {
          inc(by = 1) {
            cell.value += finite(spec.name, by, 0);
          },
        };
      },
    };
  }

  gauge(spec: MetricSpec): Gauge {
    const metric = this.#register('gauge', spec);
    return {
      at(...labelValues) {
        const cell = metric.cell(labelValues);
        return {
          set(value) {
            cell.value = finite(spec.name, value);
          },
          add(by) {
            cell.value += finite(spec.name, by);
          },
        };
      },
    };
  }

  histogram(spec: HistogramSpec): Histogram {
    const metric = this.#register('histogram', spec);
    return {
      at(...labelValues) {
        const cell = metric.cell(labelValues);
        return {
          record(value) {
            cell.observations.push(finite(spec.name, value));
            cell.value += 1;
          },
        };
      },
    };
  }

  /** The specifications of all metrics, in the order of their making. */
  get specs(): readonly HistogramSpec[] {
    return [...this.#metrics.values()].map(({ spec }) => spec);
  }

  /**
   * What a counter or gauge says at these labels; 0 when its cell was bound and not touched, `undefined` when there is no such
   * metric or cell. Of a histogram, how many observations there are.
   *
   * @throws TypeError when the metric has other labels.
   */
  value(name: string, labels: LabelQuery = {}): number | undefined {
    return this.#metrics.get(name)?.find(labels)?.value;
  }

  /**
   * What a histogram has recorded at these labels, in order; empty when there is nothing.
   *
   * @throws TypeError when the metric has other labels.
   */
  observations(name: string, labels: LabelQuery = {}): readonly number[] {
    return this.#metrics.get(name)?.find(labels)?.observations ?? [];
  }

  /** Every bound combination of label values of a metric. */
  series(name: string): readonly RecordedSeries[] {
    return this.#metrics.get(name)?.series() ?? [];
  }

  #register(kind: Kind, spec: HistogramSpec): Metric {
    const known = this.#metrics.get(spec.name);
    const metric = new Metric(kind, spec);
    if (known === undefined) this.#metrics.set(spec.name, metric);
    else if (!known.isLike(metric)) throw new TypeError(`${spec.name} is already a ${known} and cannot be a ${metric}`);
    return known ?? metric;
  }
}

class Metric {
  readonly spec: HistogramSpec;
  readonly #kind: Kind;
  readonly #labels: readonly string[];
  readonly #cells = new Map<string, Cell>();

  constructor(kind: Kind, spec: HistogramSpec) {
    this.#kind = kind;
    this.spec = spec;
    this.#labels = spec.labels ?? [];
  }

  toString(): string {
    return `${this.#kind} with the labels [${this.#labels}]`;
  }

  isLike(other: Metric): boolean {
    return String(this) === String(other);
  }

  cell(labelValues: readonly string[]): Cell {
    const wrong = labelValues.length !== this.#labels.length || labelValues.some((value) => typeof value !== 'string');
    if (wrong) {
      const shown = labelValues.map((value) => JSON.stringify(value)).join(', ');
      throw new TypeError(`${this.spec.name} takes a string for each of its labels [${this.#labels}], got [${shown}]`);
    }
    const key = JSON.stringify(labelValues);
    const cell = this.#cells.get(key) ?? { labelValues, value: 0, observations: [] };
    this.#cells.set(key, cell);
    return cell;
  }

  find(labels: LabelQuery): Cell | undefined {
    const byName = Array.isArray(labels) ? this.#named(labels) : (labels as Readonly<Record<string, string>>);
    const names = Object.keys(byName);
    if (names.length !== this.#labels.length || names.some((name) => !this.#labels.includes(name))) {
      throw new TypeError(`${this.spec.name} has the labels [${this.#labels}], asked for [${names}]`);
    }
    return this.#cells.get(JSON.stringify(this.#labels.map((name) => byName[name])));
  }

  series(): RecordedSeries[] {
    return [...this.#cells.values()].map(({ labelValues, value }) => ({ labels: this.#named(labelValues), value }));
  }

  #named(labelValues: readonly string[]): Record<string, string> {
    return Object.fromEntries(labelValues.map((value, index) => [this.#labels[index] ?? `label ${index}`, value]));
  }
}

function finite(name: string, value: number, least = Number.NEGATIVE_INFINITY): number {
  if (Number.isFinite(value) && value >= least) return value;
  const wanted = least === 0 ? 'a number of at least 0' : 'a number';
  throw new RangeError(`${name} takes ${wanted}, got ${value}`);
}
