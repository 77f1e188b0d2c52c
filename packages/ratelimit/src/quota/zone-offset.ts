const HOUR_MS = 3_600_000;
/** No zone is further from UTC, and no two changes of one zone are closer together than an hour. */
const REACH_MS = 16 * HOUR_MS;

/** Milliseconds that the wall clocks of a zone are ahead of UTC at an instant. */
export type ZoneOffset = (at: number) => number;

/**
 * Reads the offsets of an IANA zone from the data of the runtime.
 * @throws RangeError when the runtime does not know the zone.
 */
export function zoneOffset(timeZone: string): ZoneOffset {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const second = Math.floor(at / 1000) * 1000;
    const local = new Date(0);
    local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
    return local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second)) - second;
  };
}

/**
 * The first instant at which the wall clocks of a zone show `local` (given as if it were UTC) or later: where clocks skip it,
 * the instant of the skip; where they show it twice, the first of the two.
 */
export function firstInstantOf(local: number, offset: ZoneOffset): number {
  let from = local - REACH_MS;
  let ahead = offset(from);
  for (;;) {
    if (from + ahead >= local) return from;
    const to = from + HOUR_MS;
    const next = offset(to);
    if (next === ahead) {
      // The same offset all the hour long: the instant is found by arithmetic.
      if (local - ahead < to) return local - ahead;
      from = to;
      continue;
    }
    const change = changeBetween(from, to, offset);
    if (local - ahead < change) return local - ahead;
    from = change;
    ahead = next;
  }
}

/** The instant, to the millisecond, from which the offset is that of `to`. */
function changeBetween(from: number, to: number, offset: ZoneOffset): number {
  const after = offset(to);
  let [before, behind] = [from, to];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (offset(middle) === after) behind = middle;
    else before = middle;
  }
  return behind;
}
