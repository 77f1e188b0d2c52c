import { CronExpressionParser } from 'cron-parser';
import { Cron as Croner } from 'croner';
import { describe, expect, test } from 'vitest';
import { parseCron } from './parse-cron.ts';

const whole = process.env.XC_LONG === '1';
const zones = Intl.supportedValuesOf('timeZone');
const chosen = whole ? zones : zones.filter((_, index) => index % 20 === 0);
const [FROM, UNTIL] = [Date.UTC(2025, 0, 1), Date.UTC(whole ? 2028 : 2026, 0, 1)];

/** What both others read as we do; each has several instants a year and none at the hours at which clocks change. */
const expressions = [
  '15 12 * * 1-5',
  '0 9,13 1,15 * *',
  '30 7 L * *',
  '5 10-18/4 * 2,11 0',
  '45 23 28-31 * 5',
  '10 8 * * 1#2',
];

const format = (tz: string) =>
  new Intl.DateTimeFormat('en-US', { timeZone: tz, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });

/** Instants further than a day and a half from a change of the clocks: what peers do around one is their own affair. */
function calm(tz: string, instants: readonly number[]): number[] {
  const clock = format(tz);
  const shows = (instant: number) => clock.format(instant);
  return instants.filter(
    (at) => shows(at) === shows(at - 1.5 * 86_400_000 - 43_200_000) && shows(at) === shows(at + 172_800_000),
  );
}

function ours(tz: string, expression: string): number[] {
  const cron = parseCron(expression, { tz });
  const found: number[] = [];
  for (let at = cron.next(FROM); at !== undefined && at < UNTIL; at = cron.next(at)) found.push(at);
  return found;
}

function cronParser(tz: string, expression: string): number[] {
  const cron = CronExpressionParser.parse(expression, { tz, currentDate: new Date(FROM) });
  const found: number[] = [];
  for (let at = cron.next().getTime(); at < UNTIL; at = cron.next().getTime()) found.push(at);
  return found;
}

function croner(tz: string, expression: string): number[] {
  const cron = new Croner(expression, { timezone: tz, paused: true });
  const found: number[] = [];
  for (let at = cron.nextRun(new Date(FROM)); at !== null && at.getTime() < UNTIL; at = cron.nextRun(at)) {
    found.push(at.getTime());
  }
  return found;
}

describe.each(chosen.map((zone, index) => [zone, expressions[index % expressions.length] as string] as const))(
  'in %s',
  (tz, expression) => {
    test(`names the same instants of ${expression} as cron-parser and croner away from changes of the clocks`, () => {
      const expected = calm(tz, ours(tz, expression));
      expect(expected.length).toBeGreaterThan(5);
      expect(calm(tz, cronParser(tz, expression))).toEqual(expected);
      expect(calm(tz, croner(tz, expression))).toEqual(expected);
    });
  },
);

test('compares with four hundred zones where time allows', () => {
  expect(zones.length).toBeGreaterThanOrEqual(400);
});
