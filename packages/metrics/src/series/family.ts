import type { Declaration } from '../declaration.ts';
import type { LabelValue } from '../label-value.ts';
import type { Overflow } from '../metric-spec.ts';
import type { Exemplar } from '../metrics-instrument.ts';
import type { Environment } from './environment.ts';
import { exemplarOf } from './exemplar-check.ts';
import { type CrowdedMetric, varietyOf } from './label-census.ts';
import type { LabelNode } from './label-node.ts';
import { LabelTree, valuesOf } from './label-tree.ts';
import { MetricOverflowError } from './overflow-error.ts';
import type { Series, SeriesExtras } from './series.ts';
import { SeriesState } from './series-state.ts';
import type { SeriesOwner } from './twig.ts';
import { cut, OTHER, shapeValues, textOf, type ValueRules } from './value-shaper.ts';

/** What a metric is made from. */
export interface FamilyParts {
  readonly declaration: Declaration;
  readonly rules: ValueRules;
  readonly maxSeries: number;
  readonly overflow: Overflow;
  readonly idleMs: number | undefined;
  readonly environment: Environment;
  /** Not counted to any cap: there are only so many of these as there are metrics. */
  readonly exempt: boolean;
  make(parent: LabelNode, label: string): Series;
}

/** One metric: its series, and the guard that keeps their number in bounds. */
export class Family implements SeriesOwner, CrowdedMetric {
  readonly declaration: Declaration;
  readonly labels: readonly string[];
  readonly maxSeries: number;
  readonly overflow: Overflow;
  /** In the order of creation. Replaced when series go, never shortened: a rendering goes on with the one that it began with. */
  series: Series[] = [];
  readonly #parts: FamilyParts;
  readonly #environment: Environment;
  readonly #tree: LabelTree<Series>;
  /** Beside the series, because few have any and each field of a series is paid for by all. */
  readonly #extras = new Map<Series, SeriesExtras>();
  /** Whether every value goes through a rule, so that none can be looked up as it is. */
  readonly #normalises: boolean;
  /** Where label sets past the cap go; extra, not counted to it. */
  #folded: Series | undefined;
  /** No series can be idle before. */
  #idleFrom = Number.POSITIVE_INFINITY;

  constructor(parts: FamilyParts) {
    this.#parts = parts;
    this.#environment = parts.environment;
    this.declaration = parts.declaration;
    this.labels = parts.declaration.labels;
    this.maxSeries = parts.maxSeries;
    this.overflow = parts.overflow;
    this.#tree = new LabelTree(this);
    this.#normalises = parts.rules.allow.some((rule) => rule !== undefined);
    if (parts.idleMs !== undefined) this.#environment.census.mayIdle(this);
    if (this.labels.length === 0) this.#link([]);
  }

  /** The series of these values; `undefined` where it has no room and is to be dropped. */
  at(values: readonly LabelValue[]): Series | undefined {
    if (!this.#normalises && values.length === this.labels.length) {
      const found = this.#tree.find(values);
      if (found !== undefined) return found;
    }
    const shaped = shapeValues(values, this.#parts.rules);
    return this.#tree.find(shaped) ?? this.#admit(shaped);
  }

  /** The series that shows what was written to this one: itself, or another one that has taken its place. */
  living(series: Series): Series | undefined {
    return series.state === SeriesState.gone ? this.#tree.find(this.valuesOf(series)) : series;
  }

  /** The series that a write goes to, brought back where it is gone; `undefined` where there is no room. */
  awaken(series: Series): Series | undefined {
    if (series.state === SeriesState.gone) {
      const values = this.valuesOf(series);
      const living = this.#tree.find(values);
      if (living !== undefined) return this.awaken(living);
      if (this.#hasRoom(values)) this.#link(values, series);
      else return this.#overflow();
    }
    if (series.state === SeriesState.quiet) {
      series.state = this.#asksForExemplars ? SeriesState.asking : SeriesState.written;
    }
    return series;
  }

  /** Removes the series that have these values, and says how many went. */
  remove(match: Readonly<Record<string, LabelValue>>): number {
    const { metric, maxValueLength } = this.#parts.rules;
    const wanted = Object.entries(match).map(([label, value]) => {
      const index = this.labels.indexOf(label);
      if (index < 0) throw new TypeError(`${metric} has the labels (${this.labels.join(', ')}), got ${label}`);
      return { index, text: cut(textOf(value) ?? '', maxValueLength) };
    });
    return this.#detach((series) => {
      const values = this.valuesOf(series);
      return wanted.every(({ index, text }) => values[index] === text);
    });
  }

  /** Whether it is not counted to any cap. */
  get isExempt(): boolean {
    return this.#parts.exempt;
  }

  valuesOf(series: Series): string[] {
    return valuesOf(series, this.labels.length);
  }

  /** At a scrape: notes who was written since the last one, and lets go who was not for too long. */
  sweep(): void {
    const now = this.#environment.clock.monotonic();
    for (const series of this.series) {
      if (series.state === SeriesState.quiet) continue;
      series.state = SeriesState.quiet;
      this.#extrasOf(series).seenAt = now;
    }
    this.#idleFrom = now;
    this.evictIdle();
  }

  /** Lets go whom the last scrapes have seen idle for too long. */
  evictIdle(): void {
    const { idleMs } = this.#parts;
    const now = this.#environment.clock.monotonic();
    if (idleMs === undefined || now < this.#idleFrom) return;
    let oldest = Number.POSITIVE_INFINITY;
    this.#detach((series) => {
      if (series.state !== SeriesState.quiet) return false;
      const { seenAt } = this.#extrasOf(series);
      if (now - seenAt >= idleMs) return true;
      oldest = Math.min(oldest, seenAt);
      return false;
    });
    this.#idleFrom = oldest + idleMs;
  }

  reject(value: unknown): void {
    this.#environment.refusals.rejected(this.declaration.name, value);
  }

  keepExemplar(series: Series, bucket: number, value: number, labels: Exemplar): void {
    const kept = exemplarOf(labels);
    if (kept === undefined) {
      this.reject(labels);
      return;
    }
    const extras = this.#extrasOf(series);
    extras.exemplars ??= new Array((this.declaration.buckets?.length ?? 0) + 1).fill(undefined);
    extras.exemplars[bucket] = { labels: kept, value };
  }

  /** Asks for an exemplar, once a bucket and scrape. */
  askForExemplar(series: Series, bucket: number, value: number): void {
    const { exemplars } = this.#environment;
    if (exemplars === undefined) return;
    const extras = this.#extrasOf(series);
    extras.asked ??= new Array((this.declaration.buckets?.length ?? 0) + 1).fill(false);
    if (extras.asked[bucket]) return;
    extras.asked[bucket] = true;
    if (extras.asked.every((asked) => asked)) series.state = SeriesState.written;
    try {
      const labels = exemplars();
      if (labels !== undefined) this.keepExemplar(series, bucket, value, labels);
    } catch (error) {
      this.reject(error);
    }
  }

  /** A scrape has shown this series: from now on its buckets ask again. */
  askAgain(series: Series): void {
    if (!this.#asksForExemplars) return;
    this.#extras.get(series)?.asked?.fill(false);
    if (series.state === SeriesState.written) series.state = SeriesState.asking;
  }

  /** What this series has besides its value, for whoever shows it. */
  extras(series: Series): SeriesExtras | undefined {
    return this.#extras.get(series);
  }

  #extrasOf(series: Series): SeriesExtras {
    const known = this.#extras.get(series);
    if (known !== undefined) return known;
    const extras = { seenAt: 0, createdAt: 0, exemplars: undefined, asked: undefined };
    this.#extras.set(series, extras);
    return extras;
  }

  get #asksForExemplars(): boolean {
    return this.#environment.exemplars !== undefined && this.declaration.type === 'histogram';
  }

  #admit(values: readonly string[]): Series | undefined {
    if (this.#hasRoom(values)) return this.#link(values);
    if (this.overflow === 'throw') {
      this.#environment.refusals.overflowed(this);
      throw new MetricOverflowError(this.declaration.name, this.maxSeries, varietyOf(this)[0]?.label);
    }
    return this.#overflow();
  }

  #overflow(): Series | undefined {
    this.#environment.refusals.overflowed(this);
    if (this.overflow !== 'fold') return undefined;
    const series = this.#folded ?? this.#link(this.labels.map(() => OTHER));
    return this.awaken(series);
  }

  #hasRoom(values: readonly string[]): boolean {
    const { census } = this.#environment;
    if (this.#parts.exempt || values.length === 0 || this.#isFold(values)) return true;
    const isFull = () => this.series.length - (this.#folded === undefined ? 0 : 1) >= this.maxSeries;
    if (isFull()) this.evictIdle();
    if (census.isFull) census.evictIdle();
    return !isFull() && !census.isFull;
  }

  #isFold(values: readonly string[]): boolean {
    return this.overflow === 'fold' && values.length > 0 && values.every((value) => value === OTHER);
  }

  #link(values: readonly string[], returning?: Series): Series {
    const { clock, census, created } = this.#environment;
    const parent = this.#tree.nodeFor(values);
    const series = returning ?? this.#parts.make(parent, values.at(-1) ?? '');
    series.parent = parent;
    parent.put(series);
    this.series.push(series);
    series.state = this.#asksForExemplars ? SeriesState.asking : SeriesState.written;
    if (created) this.#extrasOf(series).createdAt = clock.now();
    if (this.#isFold(values)) this.#folded = series;
    else if (!this.#parts.exempt) census.total++;
    return series;
  }

  #detach(goes: (series: Series) => boolean): number {
    const before = this.series.length;
    const stay: Series[] = [];
    for (const series of this.series) {
      if (!goes(series)) {
        stay.push(series);
        continue;
      }
      this.#tree.take(series);
      series.state = SeriesState.gone;
      this.#extras.delete(series);
      series.reset();
      if (series === this.#folded) this.#folded = undefined;
      else if (!this.#parts.exempt) this.#environment.census.total--;
    }
    if (stay.length < before) this.series = stay;
    return before - stay.length;
  }
}
