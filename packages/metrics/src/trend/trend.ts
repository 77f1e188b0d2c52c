import { type Clock, systemClock } from '@xc/core';
import { checkPositive, checkPositiveInteger } from '../option-checks.ts';
import { theilSen } from './theil-sen.ts';
import { TrendSeries } from './trend-series.ts';

/** Options of {@link createTrend}. */
export interface TrendOptions {
  /**
   * How often everything is read, in milliseconds.
   * @defaultValue 60_000
   */
  readonly everyMs?: number;
  /**
   * How many samples are kept of each.
   * @defaultValue 1_440
   */
  readonly capacity?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** Options of `Trend.watch`. */
export interface WatchOptions {
  /**
   * A counter is shown as its rate a second.
   * @defaultValue 'gauge'
   */
  readonly kind?: 'gauge' | 'counter';
  /** Where it must not go: the time until then is shown. */
  readonly limit?: number;
}

/** Says where figures are going: in process, for a page or a log, without a server. */
export interface Trend {
  /** Reads this as well from now on; a second one of the name takes its place. */
  watch(name: string, read: () => number, options?: WatchOptions): void;
  /** Reads everything now. */
  sample(): void;
  /** One line for each, in the order of their names being watched. */
  report(): readonly TrendLine[];
  /** The report as a table. */
  toMarkdown(): string;
  /** Reads no more. */
  stop(): void;
}

/** Where one figure is going. */
export interface TrendLine {
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  /** The last value; of a counter its rate a second. */
  readonly current: number;
  /** Exponentially weighted, the last ten samples or so. */
  readonly ewma: number;
  /** By Theil-Sen, in units a second. */
  readonly slopePerSecond: number;
  /** Until the limit is reached; only when the slope leads there. */
  readonly timeToLimitMs?: number;
  /** The value 24 hours before, when it is held. */
  readonly dayAgo?: number;
  readonly samples: number;
}

/** Creates a Trend that reads by itself, and does not hold the process open. */
export function createTrend(options: TrendOptions = {}): Trend {
  const { everyMs = 60_000, capacity = 1_440, clock = systemClock } = options;
  checkPositive('everyMs', everyMs);
  checkPositiveInteger('capacity', capacity);
  const watched = new Map<string, TrendSeries>();
  const sample = () => {
    for (const series of watched.values()) series.sample(clock.monotonic());
  };
  const report = () => [...watched].map(([name, series]) => lineOf(name, series, everyMs));
  const timer = clock.every(everyMs, sample);
  return {
    watch: (name, read, { kind = 'gauge', limit } = {}) => {
      watched.set(name, new TrendSeries({ read, kind, limit, capacity }));
    },
    sample,
    report,
    toMarkdown: () => table(report()),
    stop: () => timer.cancel(),
  };
}

const DAY_MS = 86_400_000;

function lineOf(name: string, series: TrendSeries, everyMs: number): TrendLine {
  const { points, kind, limit } = series;
  const [lastAt = 0, current = Number.NaN] = points.at(-1) ?? [];
  // Seconds from the first one: large numbers would cost digits.
  const [firstAt = 0] = points[0] ?? [];
  const { slope } = theilSen(points.map(([at, value]) => [(at - firstAt) / 1_000, value]));
  const isTowards = limit !== undefined && slope !== 0 && (limit - current) / slope >= 0;
  const dayAgo = series.valueAt(lastAt - DAY_MS, everyMs);
  return {
    name,
    kind,
    current,
    ewma: series.ewma,
    slopePerSecond: slope,
    ...(isTowards ? { timeToLimitMs: ((limit - current) / slope) * 1_000 } : {}),
    ...(dayAgo === undefined ? {} : { dayAgo }),
    samples: points.length,
  };
}

function table(lines: readonly TrendLine[]): string {
  const row = (cells: readonly (string | number | undefined)[]) => `| ${cells.map(shown).join(' | ')} |`;
  return [
    row(['name', 'kind', 'current', 'ewma', 'slope per second', 'time to limit (ms)', 'day ago', 'samples']),
    '|---|---|---|---|---|---|---|---|',
    ...lines.map((line) =>
      row([
        line.name,
        line.kind,
        line.current,
        line.ewma,
        line.slopePerSecond,
        line.timeToLimitMs,
        line.dayAgo,
        line.samples,
      ]),
    ),
    '',
  ].join('\n');
}

function shown(cell: string | number | undefined): string {
  if (typeof cell === 'number') return String(Number(cell.toPrecision(6)));
  return (cell ?? '').replace(/\|/g, '\\|');
}
