/** A stretch of time through which a zone keeps one distance from UTC. */
export interface OffsetSpan {
  /** Epoch milliseconds, the first of the stretch that was looked at. */
  readonly from: number;
  /** The first instant behind it. */
  readonly until: number;
  /** Wall time minus UTC. */
  readonly offsetMs: number;
}

/** Tells how far the wall clocks of a zone are from UTC. */
export interface TimeZone {
  /** The spans around an instant: from 30 hours before it until at least 4 days after it, in order and without holes. */
  spansAround(instant: number): readonly OffsetSpan[];
}

const HOUR_MS = 3_600_000;
/** A shift back repeats at most a day; what it repeats must be in sight. */
const BEHIND_MS = 30 * HOUR_MS;
const AHEAD_MS = 4 * 24 * HOUR_MS;
/** Remembered beyond that, so that a run of near instants looks once. */
const SPARE_MS = 4 * 24 * HOUR_MS;
/** No zone has ever changed twice within such a stretch. */
const STRIDE_MS = 6 * HOUR_MS;
/** Before 1900 zones keep their local mean time; behind the last instant of a Date there is nothing. */
const EARLIEST = -2_208_988_800_000;
const LATEST = 8_640_000_000_000_000;

/** Opens a zone of the IANA database by its name, as the runtime knows it. @throws RangeError for an unknown one */
export function timeZone(name: string): TimeZone {
  const format = formatOf(name);
  if (format.resolvedOptions().timeZone === 'UTC') {
    const always = [{ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, offsetMs: 0 }];
    return { spansAround: () => always };
  }
  let known: OffsetSpan[] = [];

  return {
    spansAround(instant) {
      const [first, last] = [known[0], known.at(-1)];
      const inSight = first !== undefined && last !== undefined;
      if (inSight && first.from <= instant - BEHIND_MS && last.until >= instant + AHEAD_MS) return known;
      known = spansBetween(format, instant - BEHIND_MS, instant + AHEAD_MS + SPARE_MS);
      return known;
    },
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new RangeError(`tz must be a time zone of the IANA database, got ${JSON.stringify(name)}`, { cause });
  }
}

function spansBetween(format: Intl.DateTimeFormat, from: number, until: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let begin = from;
  let offsetMs = offsetAt(format, from);
  for (let at = from; at < until; at += STRIDE_MS) {
    const next = offsetAt(format, at + STRIDE_MS);
    if (next === offsetMs) continue;
    const change = firstWith(format, next, at, at + STRIDE_MS);
    spans.push({ from: begin, until: change, offsetMs });
    begin = change;
    offsetMs = next;
  }
  spans.push({ from: begin, until: Math.max(until, begin + 1), offsetMs });
  return spans;
}

/** The first whole second in (low, high] from which the zone has `offsetMs`. */
function firstWith(format: Intl.DateTimeFormat, offsetMs: number, low: number, high: number): number {
  let [before, after] = [Math.floor(low / 1000), Math.ceil(high / 1000)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(format, middle * 1000) === offsetMs) after = middle;
    else before = middle;
  }
  return after * 1000;
}

/** Costs one formatting, about 1 us, which is why spans are remembered. */
function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const within = Math.floor(Math.min(Math.max(instant, EARLIEST), LATEST) / 1000) * 1000;
  const [month, day, year, hour, minute, second] = (format.format(within).match(/\d+/g) ?? []).map(Number);
  return Date.UTC(year as number, (month as number) - 1, day, hour, minute, second) - within;
}
