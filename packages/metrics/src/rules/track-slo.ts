import { type Clock, systemClock } from '@xc/core';
import { type BurnThreshold, errorBudget } from './burn-thresholds.ts';
import { RequestHistory, type RequestTotals } from './request-history.ts';
import type { Slo } from './slo.ts';
import type { SloStatus } from './slo-status.ts';

/** Options of `trackSlo`. */
export interface TrackSloOptions {
  /** Counters since the start of whatever counts; a fall is taken for a restart. */
  read(): RequestTotals;
  /** How often it is read, ms. @defaultValue 10_000 */
  readonly everyMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** An objective under watch. */
export interface TrackedSlo {
  /** How it stood at the last reading. */
  status(): SloStatus;
  /** Reads no more. */
  stop(): void;
}

const windowMs: Readonly<Record<string, number>> = {
  '5m': 300_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '2h': 7_200_000,
  '6h': 21_600_000,
  '1d': 86_400_000,
  '3d': 259_200_000,
};

/**
 * Watches an objective in the process itself: the same windows and thresholds as its rules, with no Prometheus. A window longer
 * than the history uses what there is. Memory is bounded: every reading of the last six hours, one in five minutes beyond.
 *
 * @throws RangeError when `everyMs` is not from 1,000 to 300,000.
 * @throws TypeError when `read` is not a function.
 */
export function trackSlo(slo: Slo, { read, everyMs = 10_000, clock = systemClock }: TrackSloOptions): TrackedSlo {
  if (typeof read !== 'function') throw new TypeError(`read must be a function, got ${typeof read}`);
  if (!(everyMs >= 1_000 && everyMs <= 300_000))
    throw new RangeError(`everyMs must be from 1000 to 300000, got ${String(everyMs)}`);
  const history = new RequestHistory(everyMs);
  const sample = () => {
    const totals = tryToRead(read);
    if (totals !== undefined) history.add(clock.monotonic(), totals);
  };
  sample();
  const timer = clock.every(everyMs, sample);
  return {
    status: () => statusOf(slo, history),
    stop: () => timer.cancel(),
  };
}

/** A reader that fails leaves a gap: the counters tell at the next reading what was missed. */
function tryToRead(read: () => RequestTotals): RequestTotals | undefined {
  try {
    const totals = read();
    return Number.isFinite(totals.errors) && Number.isFinite(totals.total) ? totals : undefined;
  } catch {
    return undefined;
  }
}

function statusOf({ spec, thresholds }: Slo, history: RequestHistory): SloStatus {
  const budget = errorBudget(spec.objectivePercent);
  const burn = Object.fromEntries(
    Object.entries(windowMs).map(([window, ms]) => {
      const { errors, total } = history.within(ms);
      return [window, total > 0 ? errors / total / budget : undefined];
    }),
  );
  const least = spec.minRequestsPerSecond ?? 0;
  const fires = ({ shortWindow, longWindow, factor }: BurnThreshold): boolean => {
    const { total, tookMs } = history.within(windowMs[longWindow] ?? 0);
    return (burn[shortWindow] ?? 0) > factor && (burn[longWindow] ?? 0) > factor && total >= (least * tookMs) / 1_000;
  };
  const alert =
    thresholds.find((threshold) => spec[threshold.severity] !== false && fires(threshold))?.severity ?? 'none';
  const { errors, total } = history.within(Number.POSITIVE_INFINITY);
  return { burn, alert, budgetLeft: total > 0 ? 1 - errors / total / budget : 1 };
}
