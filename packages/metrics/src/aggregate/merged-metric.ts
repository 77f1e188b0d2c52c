import type { Declaration } from '../declaration.ts';
import type { MetricSnapshot, SeriesData } from '../snapshot.ts';

/** The series of one metric over several workers, added up. */
export class MergedMetric {
  readonly declaration: Declaration;
  readonly #series = new Map<string, MergedSeries>();

  constructor({ series: _, ...declaration }: MetricSnapshot) {
    this.declaration = this.#isEach(declaration)
      ? { ...declaration, labels: [...declaration.labels, 'worker'] }
      : declaration;
  }

  /** Whether figures of that metric can be added: the same kind, labels and buckets. */
  fits({ type, labels, buckets = [] }: MetricSnapshot): boolean {
    const own = this.declaration;
    const expected = this.#isEach(own) ? own.labels.slice(0, -1) : own.labels;
    return type === own.type && isSame(labels, expected) && isSame(buckets, own.buckets ?? []);
  }

  add({ series }: MetricSnapshot, worker: string): void {
    for (const one of series) {
      const labels = this.#isEach(this.declaration) ? { ...one.labels, worker } : one.labels;
      const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
      const known = this.#series.get(key);
      if (known === undefined) this.#series.set(key, new MergedSeries(labels, one));
      else known.add(one);
    }
  }

  snapshot(): MetricSnapshot {
    return { ...this.declaration, series: [...this.#series.values()].map((one) => one.data(this.declaration)) };
  }

  #isEach({ type, aggregate }: Declaration): boolean {
    return type === 'gauge' && aggregate === 'each';
  }
}

/** One label set: what is added up, and the extremes for gauges that want them. */
class MergedSeries {
  readonly #labels: Readonly<Record<string, string>>;
  #workers = 1;
  #value: number;
  #min: number;
  #max: number;
  #count: number;
  #sum: number;
  readonly #buckets: number[];

  constructor(labels: Readonly<Record<string, string>>, { value = 0, count = 0, sum = 0, buckets = [] }: SeriesData) {
    this.#labels = labels;
    this.#value = value;
    this.#min = value;
    this.#max = value;
    this.#count = count;
    this.#sum = sum;
    this.#buckets = [...buckets];
  }

  add({ value = 0, count = 0, sum = 0, buckets = [] }: SeriesData): void {
    this.#workers += 1;
    this.#value += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#count += count;
    this.#sum += sum;
    for (const [index, more] of buckets.entries()) this.#buckets[index] = (this.#buckets[index] ?? 0) + more;
  }

  data({ type, aggregate }: Declaration): SeriesData {
    const labels = this.#labels;
    if (type === 'histogram') return { labels, count: this.#count, sum: this.#sum, buckets: this.#buckets };
    if (type === 'counter') return { labels, value: this.#value };
    const value = {
      sum: this.#value,
      min: this.#min,
      max: this.#max,
      average: this.#value / this.#workers,
      each: this.#value,
    }[aggregate ?? 'sum'];
    return { labels, value };
  }
}

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
