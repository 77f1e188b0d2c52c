import { describe, expect, test } from 'vitest';
import { type Cron, parseCron } from './parse-cron.ts';

/** Zone, the instant clocks change, what they show then and what they are set to. Minutes are enough. */
const changes: readonly (readonly [zone: string, instant: string, shown: string, set: string])[] = [
  ['Africa/Cairo', '2026-04-23T22:00Z', '2026-04-24T00:00', '2026-04-24T01:00'],
  ['Africa/Cairo', '2026-10-29T21:00Z', '2026-10-30T00:00', '2026-10-29T23:00'],
  ['Africa/Casablanca', '2026-02-15T02:00Z', '2026-02-15T03:00', '2026-02-15T02:00'],
  ['Africa/Casablanca', '2026-03-22T02:00Z', '2026-03-22T02:00', '2026-03-22T03:00'],
  ['America/Asuncion', '2023-03-26T03:00Z', '2023-03-26T00:00', '2023-03-25T23:00'],
  ['America/Asuncion', '2023-10-01T04:00Z', '2023-10-01T00:00', '2023-10-01T01:00'],
  ['America/Chicago', '2026-03-08T08:00Z', '2026-03-08T02:00', '2026-03-08T03:00'],
  ['America/Chicago', '2026-11-01T07:00Z', '2026-11-01T02:00', '2026-11-01T01:00'],
  ['America/Halifax', '2026-03-08T06:00Z', '2026-03-08T02:00', '2026-03-08T03:00'],
  ['America/Halifax', '2026-11-01T05:00Z', '2026-11-01T02:00', '2026-11-01T01:00'],
  ['America/Havana', '2026-03-08T05:00Z', '2026-03-08T00:00', '2026-03-08T01:00'],
  ['America/Havana', '2026-11-01T05:00Z', '2026-11-01T01:00', '2026-11-01T00:00'],
  ['America/Los_Angeles', '2026-03-08T10:00Z', '2026-03-08T02:00', '2026-03-08T03:00'],
  ['America/Los_Angeles', '2026-11-01T09:00Z', '2026-11-01T02:00', '2026-11-01T01:00'],
  ['America/New_York', '2026-03-08T07:00Z', '2026-03-08T02:00', '2026-03-08T03:00'],
  ['America/New_York', '2026-11-01T06:00Z', '2026-11-01T02:00', '2026-11-01T01:00'],
  ['America/Nuuk', '2026-03-29T01:00Z', '2026-03-28T23:00', '2026-03-29T00:00'],
  ['America/Nuuk', '2026-10-25T01:00Z', '2026-10-25T00:00', '2026-10-24T23:00'],
  ['America/Santiago', '2026-04-05T03:00Z', '2026-04-05T00:00', '2026-04-04T23:00'],
  ['America/Santiago', '2026-09-06T04:00Z', '2026-09-06T00:00', '2026-09-06T01:00'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z', '2018-02-18T00:00', '2018-02-17T23:00'],
  ['America/Sao_Paulo', '2018-11-04T03:00Z', '2018-11-04T00:00', '2018-11-04T01:00'],
  ['America/St_Johns', '2026-03-08T05:30Z', '2026-03-08T02:00', '2026-03-08T03:00'],
  ['America/St_Johns', '2026-11-01T04:30Z', '2026-11-01T02:00', '2026-11-01T01:00'],
  ['Antarctica/Troll', '2026-03-29T01:00Z', '2026-03-29T01:00', '2026-03-29T03:00'],
  ['Antarctica/Troll', '2026-10-25T01:00Z', '2026-10-25T03:00', '2026-10-25T01:00'],
  ['Asia/Beirut', '2026-03-28T22:00Z', '2026-03-29T00:00', '2026-03-29T01:00'],
  ['Asia/Beirut', '2026-10-24T21:00Z', '2026-10-25T00:00', '2026-10-24T23:00'],
  ['Asia/Jerusalem', '2026-03-27T00:00Z', '2026-03-27T02:00', '2026-03-27T03:00'],
  ['Asia/Jerusalem', '2026-10-24T23:00Z', '2026-10-25T02:00', '2026-10-25T01:00'],
  ['Asia/Tehran', '2021-03-21T20:30Z', '2021-03-22T00:00', '2021-03-22T01:00'],
  ['Asia/Tehran', '2021-09-21T19:30Z', '2021-09-22T00:00', '2021-09-21T23:00'],
  ['Atlantic/Azores', '2026-03-29T01:00Z', '2026-03-29T00:00', '2026-03-29T01:00'],
  ['Atlantic/Azores', '2026-10-25T01:00Z', '2026-10-25T01:00', '2026-10-25T00:00'],
  ['Australia/Adelaide', '2026-04-04T16:30Z', '2026-04-05T03:00', '2026-04-05T02:00'],
  ['Australia/Adelaide', '2026-10-03T16:30Z', '2026-10-04T02:00', '2026-10-04T03:00'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z', '2026-04-05T02:00', '2026-04-05T01:30'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z', '2026-10-04T02:00', '2026-10-04T02:30'],
  ['Australia/Sydney', '2026-04-04T16:00Z', '2026-04-05T03:00', '2026-04-05T02:00'],
  ['Australia/Sydney', '2026-10-03T16:00Z', '2026-10-04T02:00', '2026-10-04T03:00'],
  ['Europe/Athens', '2026-03-29T01:00Z', '2026-03-29T03:00', '2026-03-29T04:00'],
  ['Europe/Athens', '2026-10-25T01:00Z', '2026-10-25T04:00', '2026-10-25T03:00'],
  ['Europe/Berlin', '2026-03-29T01:00Z', '2026-03-29T02:00', '2026-03-29T03:00'],
  ['Europe/Berlin', '2026-10-25T01:00Z', '2026-10-25T03:00', '2026-10-25T02:00'],
  ['Europe/Dublin', '2026-03-29T01:00Z', '2026-03-29T01:00', '2026-03-29T02:00'],
  ['Europe/Dublin', '2026-10-25T01:00Z', '2026-10-25T02:00', '2026-10-25T01:00'],
  ['Europe/London', '2026-03-29T01:00Z', '2026-03-29T01:00', '2026-03-29T02:00'],
  ['Europe/London', '2026-10-25T01:00Z', '2026-10-25T02:00', '2026-10-25T01:00'],
  ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T00:00', '2011-12-31T00:00'],
  ['Pacific/Auckland', '2026-04-04T14:00Z', '2026-04-05T03:00', '2026-04-05T02:00'],
  ['Pacific/Auckland', '2026-09-26T14:00Z', '2026-09-27T02:00', '2026-09-27T03:00'],
  ['Pacific/Chatham', '2026-04-04T14:00Z', '2026-04-05T03:45', '2026-04-05T02:45'],
  ['Pacific/Chatham', '2026-09-26T14:00Z', '2026-09-27T02:45', '2026-09-27T03:45'],
  ['Pacific/Norfolk', '2026-04-04T15:00Z', '2026-04-05T03:00', '2026-04-05T02:00'],
  ['Pacific/Norfolk', '2026-10-03T15:00Z', '2026-10-04T02:00', '2026-10-04T03:00'],
];

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const wall = (text: string) => Date.parse(`${text}Z`);

function within(cron: Cron, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = cron.next(from - 1); at !== undefined && at <= to; at = cron.next(at)) found.push(at);
  return found;
}

/** The expression of one time of day, as a wall clock shows it at `at`. */
const daily = (at: number) => `${new Date(at).getUTCMinutes()} ${new Date(at).getUTCHours()} * * *`;

const gaps = changes.filter(([, , shown, set]) => set > shown);
const overlaps = changes.filter(([, , shown, set]) => set < shown);

test('knows more than twenty zones whose clocks go forward and back', () => {
  expect(new Set(gaps.map(([zone]) => zone)).size).toBeGreaterThanOrEqual(20);
  expect(new Set(overlaps.map(([zone]) => zone)).size).toBeGreaterThanOrEqual(20);
});

describe.each(gaps)('where clocks of %s go forward at %s from %s to %s', (tz, text, shown, set) => {
  const change = Date.parse(text);
  const [from, to] = [wall(shown), wall(set)];

  test('runs each skipped time of day right after the gap, or not at all', () => {
    for (let at = from; at < Math.min(to, from + DAY_MS / 4); at += 15 * MINUTE_MS) {
      const [after, until] = [change - 90 * MINUTE_MS, change + 90 * MINUTE_MS];
      expect(within(parseCron(daily(at), { tz }), after, until), daily(at)).toContain(change);
      const skipping = within(parseCron(daily(at), { tz, gap: 'skip' }), after, until);
      // Where a whole day is skipped, the day after it has the same times of day.
      expect(skipping, daily(at)).toEqual(tz === 'Pacific/Apia' ? skipping.filter((found) => found >= change) : []);
    }
  });

  test('runs the first minute after the gap once, also where it stands for skipped ones', () => {
    const [hour, minute] = [new Date(to).getUTCHours(), new Date(to).getUTCMinutes()];
    const first = new Date(from);
    const expression = `${minute},${first.getUTCMinutes()} ${first.getUTCHours()},${hour} * * *`;
    const found = within(parseCron(expression, { tz }), change, change);
    expect(found).toEqual([change]);
  });

  test('runs every quarter of an hour through the gap by elapsed time, nothing extra behind it', () => {
    const found = within(parseCron('*/15 * * * *', { tz }), change - 120 * MINUTE_MS, change + 120 * MINUTE_MS);
    expect(found).toEqual(Array.from({ length: 17 }, (_, index) => change + (index - 8) * 15 * MINUTE_MS));
  });

  test('runs the hour of the gap exactly at the minutes that clocks show', () => {
    const hour = new Date(from).getUTCHours();
    const [after, until] = [change - 120 * MINUTE_MS, change + 120 * MINUTE_MS];
    const clock = new Intl.DateTimeFormat('en-US', { timeZone: tz, hour: 'numeric', hourCycle: 'h23' });
    const shown: number[] = [];
    for (let at = after; at <= until; at += 5 * MINUTE_MS) if (Number(clock.format(at)) === hour) shown.push(at);
    expect(within(parseCron(`*/5 ${hour} * * *`, { tz }), after, until)).toEqual(shown);
  });
});

describe.each(overlaps)('where clocks of %s go back at %s from %s to %s', (tz, text, shown, set) => {
  const change = Date.parse(text);
  const [from, to] = [wall(set), wall(shown)];

  test('runs each repeated time of day at its first, second or both instants', () => {
    for (let at = from; at < to; at += 10 * MINUTE_MS) {
      const second = change + (at - from);
      const first = second - (to - from);
      const around = (overlap: 'first' | 'second' | 'both') =>
        within(parseCron(daily(at), { tz, overlap }), change - 180 * MINUTE_MS, change + 180 * MINUTE_MS);
      expect(around('first')).toEqual([first]);
      expect(around('second')).toEqual([second]);
      expect(around('both')).toEqual([first, second]);
    }
  });

  test('runs the times of day that border on the repeated ones once', () => {
    for (const at of [from - MINUTE_MS, to]) {
      for (const overlap of ['first', 'second', 'both'] as const) {
        const cron = parseCron(daily(at), { tz, overlap });
        const expected = at === to ? change + (to - from) : change - (to - from) - MINUTE_MS;
        expect(within(cron, change - 240 * MINUTE_MS, change + 240 * MINUTE_MS)).toEqual([expected]);
      }
    }
  });

  test('runs every quarter of an hour through both halves', () => {
    const found = within(parseCron('*/15 * * * *', { tz }), change - 120 * MINUTE_MS, change + 120 * MINUTE_MS);
    expect(found).toEqual(Array.from({ length: 17 }, (_, index) => change + (index - 8) * 15 * MINUTE_MS));
  });
});
