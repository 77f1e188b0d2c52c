/** One of the six fields of a cron expression: what it is called, what it may hold, and which names stand for numbers. */
export interface CronField {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** What the refusal of a wrong value says is allowed. */
  readonly allowed: string;
}

export const SECOND: CronField = { name: 'second', least: 0, most: 59, allowed: '0-59' };
export const MINUTE: CronField = { name: 'minute', least: 0, most: 59, allowed: '0-59' };
export const HOUR: CronField = { name: 'hour', least: 0, most: 23, allowed: '0-23' };
export const DAY_OF_MONTH: CronField = { name: 'day-of-month', least: 1, most: 31, allowed: '1-31, L or 1W-31W' };
export const MONTH: CronField = {
  name: 'month',
  least: 1,
  most: 12,
  // The first name stands for 0, which is no month: its place is taken by a word that no field can hold.
  names: ['-', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  allowed: '1-12 or jan-dec',
};
export const DAY_OF_WEEK: CronField = {
  name: 'day-of-week',
  least: 0,
  most: 7,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  allowed: '0-7 (0 and 7 are Sunday) or sun-sat, with L or #1-#5 behind',
};

/** The numbers a list of values, ranges and steps names, in order. @throws RangeError naming the field and what is allowed */
export function valuesOf(field: CronField, text: string): number[] {
  const values = new Set<number>();
  for (const item of text.split(',')) for (const value of itemValues(field, item)) values.add(value);
  return [...values].sort((a, b) => a - b);
}

/** The number that a word of a field stands for. @throws RangeError naming the field and what is allowed */
export function numberOf(field: CronField, word: string): number {
  const named = field.names?.indexOf(word.toLowerCase()) ?? -1;
  const value = named > 0 || (named === 0 && field.least === 0) ? named : digits(word);
  if (value === undefined || value < field.least || value > field.most) throw notAllowed(field, word);
  return value;
}

/** What is thrown where a field holds what it cannot. */
export function notAllowed(field: CronField, got: string): RangeError {
  return new RangeError(`${field.name} must be ${field.allowed}, got ${JSON.stringify(got)}`);
}

function itemValues(field: CronField, item: string): number[] {
  const [range = '', stepWord, ...more] = item.split('/');
  if (more.length > 0) throw notAllowed(field, item);
  const step = stepWord === undefined ? 1 : digits(stepWord);
  if (step === undefined || step < 1) {
    throw new RangeError(`${field.name} step must be a positive integer, got ${JSON.stringify(stepWord)}`);
  }
  const [first, last] = bounds(field, range, stepWord !== undefined);
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return values;
}

function bounds(field: CronField, range: string, stepped: boolean): [first: number, last: number] {
  // Seven days, not eight: 7 is Sunday once more.
  if (range === '*') return [field.least, field === DAY_OF_WEEK ? 6 : field.most];
  const [from = '', to, ...more] = range.split('-');
  if (more.length > 0 || from === '') throw notAllowed(field, range);
  const first = numberOf(field, from);
  if (to === undefined) return [first, stepped ? (field === DAY_OF_WEEK ? 6 : field.most) : first];
  const last = numberOf(field, to);
  if (last < first) {
    throw new RangeError(`${field.name} range must run upwards within ${field.allowed}, got ${JSON.stringify(range)}`);
  }
  return [first, last];
}

function digits(word: string): number | undefined {
  return /^\d{1,9}$/.test(word) ? Number(word) : undefined;
}
