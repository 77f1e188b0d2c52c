/** What a burn of the error budget is worth: somebody is woken, or it waits for the morning. */
export type BurnSeverity = 'page' | 'ticket';

/** How long a burn is looked at. */
export type BurnWindow = '5m' | '30m' | '1h' | '2h' | '6h' | '1d' | '3d';

/** One pair of windows: both must burn faster than `factor`, so that an alert comes soon and goes soon. */
export interface BurnThreshold {
  readonly severity: BurnSeverity;
  readonly shortWindow: BurnWindow;
  readonly longWindow: BurnWindow;
  /** How many times faster than the objective allows. */
  readonly factor: number;
  /** The share of failed requests that this is, from 0 to 1; above 1 the pair can never fire. */
  readonly ratio: number;
}

/** The pairs of an objective, fastest burn first. */
export type BurnThresholds = readonly BurnThreshold[];

const pairs = [
  { severity: 'page', budgetPercent: 2, shortWindow: '5m', longWindow: '1h', longHours: 1 },
  { severity: 'page', budgetPercent: 5, shortWindow: '30m', longWindow: '6h', longHours: 6 },
  { severity: 'ticket', budgetPercent: 10, shortWindow: '2h', longWindow: '1d', longHours: 24 },
  { severity: 'ticket', budgetPercent: 10, shortWindow: '6h', longWindow: '3d', longHours: 72 },
] as const;

/**
 * The burn rates that are worth an alert: 2 % of the budget in an hour or 5 % in six page, 10 % in one day or in three
 * is a ticket. The numbers are those of decimal arithmetic, without the dirt of binary fractions.
 *
 * Source: The Site Reliability Workbook (2018), chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 *
 * @param objectivePercent - between 0 and 100, at most 6 decimals
 * @param windowDays - the period of the objective, 7 to 90 whole days. Default 30
 * @throws RangeError when one of them is outside.
 */
export function burnThresholds(objectivePercent: number, windowDays = 30): BurnThresholds {
  const budget = budgetParts(objectivePercent);
  checkWindowDays(windowDays);
  return pairs.map(({ severity, budgetPercent, shortWindow, longWindow, longHours }) => {
    const share = budgetPercent * windowDays * 24;
    return {
      severity,
      shortWindow,
      longWindow,
      factor: clean(share / (100 * longHours)),
      ratio: clean((share * budget) / (100 * longHours * PARTS)),
    };
  });
}

/** The share of requests that may fail, from 0 to 1. */
export function errorBudget(objectivePercent: number): number {
  return budgetParts(objectivePercent) / PARTS;
}

/** The share of requests that must succeed, from 0 to 1. */
export function objectiveRatio(objectivePercent: number): number {
  return (PARTS - budgetParts(objectivePercent)) / PARTS;
}

/** Refuses a period that is not 7 to 90 whole days. */
function checkWindowDays(windowDays: unknown): void {
  if (Number.isInteger(windowDays) && (windowDays as number) >= 7 && (windowDays as number) <= 90) return;
  throw new RangeError(`windowDays must be an integer from 7 to 90, got ${String(windowDays)}`);
}

/** A percentage of six decimals is a whole number of these parts of 1. */
const PARTS = 1e8;

function budgetParts(objectivePercent: number): number {
  const parts = Math.round(objectivePercent * 1e6);
  if (!(objectivePercent > 0 && objectivePercent < 100)) {
    throw new RangeError(`objectivePercent must be above 0 and below 100, got ${String(objectivePercent)}`);
  }
  if (parts / 1e6 !== objectivePercent) {
    throw new RangeError(`objectivePercent must have at most 6 decimals, got ${objectivePercent}`);
  }
  return PARTS - parts;
}

/** Rounds to 12 significant digits: what a human wrote in decimals comes back as he wrote it. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
