import type { MetricType } from '../declaration.ts';
import type { LabelNames, LabelValue } from '../label-value.ts';
import type {
  MetricsCounter,
  MetricsCounterCell,
  MetricsGauge,
  MetricsGaugeCell,
  MetricsHistogram,
  MetricsHistogramCell,
} from '../metrics-instrument.ts';
import type { Family } from '../series/family.ts';
import type { AnySpec, DeclarePlace, Declarer } from './declarer.ts';

/** What a user holds of each kind of metric. */
export interface InstrumentOf {
  readonly counter: MetricsCounter<LabelNames>;
  readonly gauge: MetricsGauge<LabelNames>;
  readonly histogram: MetricsHistogram<LabelNames>;
}

type Cell = MetricsCounterCell & MetricsGaugeCell & MetricsHistogramCell;

/** Gives the same instrument for the same metric. */
export class InstrumentShelf {
  readonly #declarer: Declarer;
  readonly #place: DeclarePlace | undefined;
  readonly #fixed: readonly string[];
  readonly #instruments = new Map<Family, InstrumentOf[MetricType]>();

  constructor(declarer: Declarer, place?: DeclarePlace, fixed: readonly string[] = []) {
    this.#declarer = declarer;
    this.#place = place;
    this.#fixed = fixed;
  }

  instrument<T extends MetricType>(type: T, spec: AnySpec): InstrumentOf[T] {
    const family = this.#declarer.declare(type, spec, this.#place);
    const known = this.#instruments.get(family) ?? instrumentOf<T>(family, this.#fixed);
    this.#instruments.set(family, known);
    return known as InstrumentOf[T];
  }
}

/**
 * The instrument of a metric. With `fixed`, that of a scope: these values stand before those that `at` is given.
 */
export function instrumentOf<T extends keyof InstrumentOf>(
  family: Family,
  fixed: readonly string[] = [],
): InstrumentOf[T] {
  const at =
    fixed.length === 0
      ? (...values: LabelValue[]) => family.at(values) ?? dropped
      : (...values: LabelValue[]) => family.at([...fixed, ...values]) ?? dropped;
  return {
    at,
    remove: (match: Readonly<Record<string, string>>) => family.remove(match),
    get seriesCount() {
      return family.series.length;
    },
  } as unknown as InstrumentOf[T];
}

/** The cell of a label set that has no room. */
const dropped: Cell = Object.freeze({ inc() {}, set() {}, add() {}, record() {}, value: 0, count: 0, sum: 0 });
