import { parseCron } from '../cron/parse-cron.ts';
import type { When } from './schedule-options.ts';

/** The instants of a schedule, between its start and its end. Pure: the same for every process. */
export interface ScheduleSlots {
  /** The first slot after `afterMs`; `undefined` where none is left. */
  next(afterMs: number): number | undefined;
  /** How many slots lie in [from, until). Of a cron expression, counted up to 100,000. */
  count(from: number, until: number): number;
  /** The newest `n` slots of [from, until), oldest first. */
  newest(n: number, from: number, until: number): number[];
}

/** When a schedule begins and ends, both included, in epoch milliseconds. */
export interface SlotBounds {
  readonly startAt?: number | undefined;
  readonly endAt?: number | undefined;
}

type Ticks = Pick<ScheduleSlots, 'count' | 'newest'> & {
  /** The first that is not before `from`. */
  first(from: number): number | undefined;
};

/**
 * Lays out the slots of a schedule. Those of `everyMs` are at `anchorMs + k * everyMs`, whenever the schedule was put: no drift.
 *
 * @throws TypeError and RangeError for times that are none, an interval below 1 ms, an end not after the start, and as
 * `parseCron` does.
 */
export function scheduleSlots(when: When, bounds: SlotBounds = {}): ScheduleSlots {
  const { startAt = Number.NEGATIVE_INFINITY, endAt = Number.POSITIVE_INFINITY } = bounds;
  checkBounds(bounds);
  const ticks = 'cron' in when ? cronTicks(when) : intervalTicks(when);
  const within = (from: number, until: number) =>
    [Math.max(from, startAt), Math.min(until, endAt + 1)] as [from: number, until: number];

  return {
    next(afterMs) {
      const slot = ticks.first(Math.max(Math.floor(afterMs) + 1, startAt));
      return slot !== undefined && slot <= endAt ? slot : undefined;
    },
    count: (from, until) => ticks.count(...within(from, until)),
    newest: (n, from, until) => ticks.newest(n, ...within(from, until)),
  };
}

function intervalTicks(when: { readonly everyMs: number; readonly anchorMs?: number | undefined }): Ticks {
  const { everyMs, anchorMs = 0 } = when;
  checkMs('everyMs', everyMs);
  if (everyMs < 1) throw new RangeError(`everyMs must be an integer of at least 1, got ${everyMs}`);
  checkMs('anchorMs', anchorMs);
  const first = (from: number) => anchorMs + Math.ceil((from - anchorMs) / everyMs) * everyMs;
  const count = (from: number, until: number) => Math.max(0, Math.ceil((until - first(from)) / everyMs));
  return {
    first,
    count,
    newest(n, from, until) {
      const length = Math.min(n, count(from, until));
      const end = first(until);
      return Array.from({ length }, (_, index) => end - (length - index) * everyMs);
    },
  };
}

/** Whoever slept through more slots of an expression than this is told this number. */
const COUNTED = 100_000;
const MINUTE_MS = 60_000;

function cronTicks(when: Extract<When, { readonly cron: string }>): Ticks {
  const { cron, tz, gap, overlap } = when;
  const instants = parseCron(cron, { tz, gap, overlap });
  function between(from: number, until: number, most: number): number[] {
    const found: number[] = [];
    let slot = instants.next(from - 1);
    while (slot !== undefined && slot < until && found.length < most) {
      found.push(slot);
      slot = instants.next(slot);
    }
    return found;
  }

  return {
    first: (from) => instants.next(Math.ceil(from) - 1),
    count: (from, until) => between(from, until, COUNTED).length,
    newest(n, from, until) {
      // Backwards in strides that double: an expression tells what follows, not what came before.
      for (let stride = MINUTE_MS; ; stride *= 2) {
        const begin = Math.max(from, until - stride);
        const found = between(begin, until, Number.POSITIVE_INFINITY);
        if (found.length >= n || begin === from) return n === 0 ? [] : found.slice(-n);
      }
    },
  };
}

function checkBounds({ startAt, endAt }: SlotBounds): void {
  if (startAt !== undefined) checkMs('startAt', startAt);
  if (endAt !== undefined) checkMs('endAt', endAt);
  if (startAt !== undefined && endAt !== undefined && endAt <= startAt) {
    throw new RangeError(`endAt must be after startAt, got ${endAt} and ${startAt}`);
  }
}

function checkMs(name: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be an integer of milliseconds, got ${value}`);
}
