import { Fraction } from './fraction.ts';

/** A millisecond. */
const MS = Fraction.of(1000);

/** Milliseconds of a clock as whole microseconds. */
export function microseconds(ms: number): Fraction {
  return Fraction.of(Math.round(ms * 1000));
}

/** Microseconds as whole milliseconds, rounded up, never negative. */
export function wholeMs(us: Fraction): number {
  return Math.max(0, us.over(MS).ceil());
}

/** What rate-based rules forgive: a microsecond, or a thousandth of the time of one unit where that is less. */
export function forgiven(unitTime: Fraction): Fraction {
  return Fraction.of(1).min(unitTime.over(Fraction.of(1000)));
}
