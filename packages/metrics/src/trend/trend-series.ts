import type { Point } from './theil-sen.ts';

/** What is watched. */
export interface TrendSource {
  read(): number;
  readonly kind: 'gauge' | 'counter';
  readonly limit: number | undefined;
  readonly capacity: number;
}

/** Weight of the newest sample in the average: that of ten samples. */
const EWMA_WEIGHT = 2 / (10 + 1);

/** The last samples of one figure; a counter's are its rates. */
export class TrendSeries {
  readonly kind: 'gauge' | 'counter';
  readonly limit: number | undefined;
  /** Milliseconds and values, oldest first. */
  readonly points: Point[] = [];
  readonly #source: TrendSource;
  #ewma: number | undefined;
  #last: Point | undefined;
  /** The one that has just left: a full day of samples ends one step short of a day ago. */
  #left: Point | undefined;

  constructor(source: TrendSource) {
    this.kind = source.kind;
    this.limit = source.limit;
    this.#source = source;
  }

  get ewma(): number {
    return this.#ewma ?? Number.NaN;
  }

  /** Reads once; what throws or is no finite number is left out. */
  sample(at: number): void {
    const value = this.#read();
    if (value === undefined) return;
    const shown = this.kind === 'counter' ? this.#rate(at, value) : value;
    if (shown === undefined) return;
    this.points.push([at, shown]);
    if (this.points.length > this.#source.capacity) this.#left = this.points.shift();
    this.#ewma = this.#ewma === undefined ? shown : this.#ewma + EWMA_WEIGHT * (shown - this.#ewma);
  }

  /** The value at that time, or at most `withinMs` from it. */
  valueAt(at: number, withinMs: number): number | undefined {
    const held = this.#left === undefined ? this.points : [this.#left, ...this.points];
    const [first] = held;
    if (first === undefined || first[0] > at + withinMs / 2) return undefined;
    const nearest = held.reduce((best, point) => (Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best));
    return Math.abs(nearest[0] - at) <= withinMs ? nearest[1] : undefined;
  }

  #read(): number | undefined {
    try {
      const value = this.#source.read();
      return Number.isFinite(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #rate(at: number, value: number): number | undefined {
    const last = this.#last;
    this.#last = [at, value];
    // The first one has no rate, and one that fell has begun again.
    if (last === undefined || value < last[1] || at <= last[0]) return undefined;
    return ((value - last[1]) / (at - last[0])) * 1_000;
  }
}
