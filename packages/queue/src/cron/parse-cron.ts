import { oneOf } from '../option-checks.ts';
import { DAY_MS } from './civil-date.ts';
import { type OffsetSpan, timeZone } from './time-zone.ts';
import { type WallTimes, wallTimes } from './wall-times.ts';

/** How `parseCron` reads an expression. */
export interface CronOptions {
  /** A zone of the IANA database. @defaultValue 'UTC' */
  readonly tz?: string | undefined;
  /** What becomes of a time of day that the clocks skip: it runs right after the gap, or not at all. @defaultValue 'next' */
  readonly gap?: 'next' | 'skip' | undefined;
  /** At which of its instants a time of day runs that exists twice. @defaultValue 'first' */
  readonly overlap?: 'first' | 'second' | 'both' | undefined;
}

/** The instants an expression names. */
export interface Cron {
  /**
   * The first instant after `afterMs`, in epoch milliseconds; `undefined` where none is left before the year 275760.
   *
   * @throws TypeError where `afterMs` is not a number, RangeError where it is no instant.
   */
  next(afterMs: number): number | undefined;
  /**
   * The first `n` instants after `afterMs`, in order; fewer where no more are left.
   *
   * @throws TypeError where an argument is not a number, RangeError where it is no instant or no count.
   */
  take(afterMs: number, n: number): number[];
}

const LAST_INSTANT = 8_640_000_000_000_000;
/** Two wall clocks of the world, or one before and after a change, are never further apart. */
const FARTHEST_MS = 2 * DAY_MS;

/**
 * Names the instants of a cron expression: five fields, or six with the second first, in the wall time of a zone.
 *
 * Fields take lists, ranges, steps and names, days also `?`, `L`, `5L`, `1#2` and `15W`; `@hourly`, `@daily`, `@weekly`,
 * `@monthly` and `@yearly` are short for the obvious. Day of month and day of week both restricted: either matches. An expression
 * whose minute or hour begins with `*` follows elapsed time: every instant whose wall time matches. Any other means a time of day,
 * which runs once a day, also on the days on which clocks change: see `gap` and `overlap`.
 *
 * @throws TypeError for an expression, zone or option that is not a string, RangeError naming the field and what is allowed, for an
 * expression that never matches and for an unknown zone.
 *
 * @example
 * ```ts
 * const nightly = parseCron('30 2 * * *', { tz: 'Europe/Berlin' });
 * nightly.take(Date.UTC(2026, 2, 28, 12), 2); // 03:00 on 29 March, where 02:30 does not exist, then 02:30 on the 30th
 * ```
 */
export function parseCron(expression: string, options: CronOptions = {}): Cron {
  checkCronOptions(expression, options);
  const { tz = 'UTC', gap = 'next', overlap = 'first' } = options;
  const walls = wallTimes(expression);
  const zone = timeZone(tz);

  function next(afterMs: number): number | undefined {
    checkInstant(afterMs);
    let from = Math.floor(afterMs) + 1;
    while (from <= LAST_INSTANT) {
      const spans = zone.spansAround(from);
      const found = firstIn(spans, from);
      if (found !== undefined) return found <= LAST_INSTANT ? found : undefined;
      const last = spans.at(-1) as OffsetSpan;
      // Nothing until the end of what is in sight: on to just before the next wall time there is.
      const wall = walls.next(last.until + last.offsetMs - FARTHEST_MS);
      if (wall === undefined) return undefined;
      from = Math.max(last.until, wall - last.offsetMs - FARTHEST_MS);
    }
    return undefined;
  }

  function firstIn(spans: readonly OffsetSpan[], from: number): number | undefined {
    for (const [index, span] of spans.entries()) {
      if (span.until < from) continue;
      const found = firstWithin(spans, span, from);
      if (found !== undefined) return found;
      if (walls.fixed && gap === 'next' && gapHolds(walls, span, spans[index + 1])) return span.until;
    }
    return undefined;
  }

  function firstWithin(spans: readonly OffsetSpan[], span: OffsetSpan, from: number): number | undefined {
    let wall = walls.next(Math.max(from, span.from) + span.offsetMs);
    while (wall !== undefined && wall - span.offsetMs < span.until) {
      const instant = wall - span.offsetMs;
      if (!walls.fixed || overlap === 'both' || isChosen(spans, wall, instant, overlap)) return instant;
      wall = walls.next(wall + 1);
    }
    return undefined;
  }

  function take(afterMs: number, n: number): number[] {
    if (typeof n !== 'number') throw new TypeError(`n must be a number, got ${typeof n}`);
    if (!Number.isInteger(n) || n < 0) throw new RangeError(`n must be a non-negative integer, got ${n}`);
    const instants: number[] = [];
    for (let at = next(afterMs); at !== undefined && instants.length < n; at = next(at)) instants.push(at);
    return instants;
  }

  return { next, take };
}

/** Whether clocks jump over a named wall time at the end of `span`. */
function gapHolds(walls: WallTimes, span: OffsetSpan, following: OffsetSpan | undefined): boolean {
  if (following === undefined || following.offsetMs <= span.offsetMs) return false;
  const wall = walls.next(span.until + span.offsetMs);
  return wall !== undefined && wall < span.until + following.offsetMs;
}

/** Whether, of the instants that have this wall time, the policy chooses this one. */
function isChosen(spans: readonly OffsetSpan[], wall: number, instant: number, overlap: 'first' | 'second'): boolean {
  const other = spans.find(({ from, until, offsetMs }) => {
    const same = wall - offsetMs;
    return same !== instant && same >= from && same < until;
  });
  if (other === undefined) return true;
  const isFirst = instant < wall - other.offsetMs;
  return isFirst === (overlap === 'first');
}

function checkInstant(afterMs: number): void {
  if (typeof afterMs !== 'number') throw new TypeError(`afterMs must be a number, got ${typeof afterMs}`);
  if (!(Math.abs(afterMs) <= LAST_INSTANT)) throw new RangeError(`afterMs must be epoch milliseconds, got ${afterMs}`);
}

function checkCronOptions(expression: unknown, options: CronOptions): void {
  if (typeof expression !== 'string') throw new TypeError(`cron must be a string, got ${typeof expression}`);
  if (typeof options !== 'object' || options === null) throw new TypeError(`options must be an object, got ${options}`);
  const { tz, gap, overlap } = options;
  if (tz !== undefined && typeof tz !== 'string') throw new TypeError(`tz must be a string, got ${typeof tz}`);
  if (gap !== undefined) oneOf('gap', gap, ['next', 'skip']);
  if (overlap !== undefined) oneOf('overlap', overlap, ['first', 'second', 'both']);
}
