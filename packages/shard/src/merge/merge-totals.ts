import { shown } from '../keys/shown.ts';
import { utf8Order } from '../partitioners/utf8-order.ts';
import { compareNumbers, isNumeric } from './decimal.ts';
import { decimalSum } from './decimal-sum.ts';
import { byShard, type Merge } from './merge.ts';

/** How a column of a totals row is merged; a mean by the names of its sum and its count. */
export type TotalsKind = 'sum' | 'count' | 'min' | 'max' | { readonly avg: readonly [sum: string, count: string] };

/** A merged column; `undefined` where SQL says NULL. */
export type Total = number | bigint | string | undefined;

/**
 * One row of totals of one row a shard, as one large database would have answered: counts and sums add up, a mean is the sum
 * of all sums by the sum of all counts. A shard that says null (it has no rows) is passed over; the least, the greatest and the
 * mean of nothing are `undefined`, its count is 0, its sum `undefined`; so is the mean of columns that no shard gives. Bigints stay
 * exact, safe integers whose sum is none add up to a bigint. Numbers that a driver gives as text are numbers: decimals add up to the
 * text of a decimal, digit by digit, with doubles among them to a double; 'NaN' and 'Infinity' do as in PostgreSQL. The least and the
 * greatest of text go by its bytes in UTF-8, unless the texts of all shards are numbers as a database writes them: then by their
 * values. A column of text that may look so is better asked for with something in front.
 *
 * @throws TypeError for a kind that is none; `combine` for a sum of what is no number.
 */
export function mergeTotals<T extends Readonly<Record<string, unknown>>>(
  spec: Readonly<Record<keyof T & string, TotalsKind>>,
): Merge<T, Readonly<Record<string, Total>>> {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw new TypeError(`spec must be an object of columns, got ${shown(spec)}`);
  }
  const columns = Object.entries<TotalsKind>(spec);
  for (const [name, kind] of columns) checkKind(name, kind);
  return {
    name: 'totals',
    combine(parts) {
      const rows = byShard(parts).map(({ part }) => part);
      const totals: [string, Total][] = [];
      for (const [name, kind] of columns) {
        const total = typeof kind === 'string' ? merged(rows, name, kind) : mean(rows, kind.avg);
        if (total !== undefined) totals.push([name, total]);
      }
      return Object.fromEntries(totals);
    },
  };
}

function merged(rows: readonly Readonly<Record<string, unknown>>[], name: string, kind: string): Total {
  const values = rows
    .map((row) => (Object.hasOwn(row, name) ? row[name] : undefined))
    .filter((value) => value !== null && value !== undefined) as Total[];
  if (kind === 'count') return values.reduce(plus, 0);
  if (values.length === 0) return undefined;
  if (kind === 'sum') return decimalSum(values) ?? values.map(numeric).reduce(plus);
  const below = values.every(isNumeric) ? isLess : isBefore;
  const wins = kind === 'min' ? (a: Total, b: Total) => below(a, b) : (a: Total, b: Total) => below(b, a);
  return values.reduce((best, value) => (wins(value, best) ? value : best));
}

function mean(rows: readonly Readonly<Record<string, unknown>>[], [sum, count]: readonly [string, string]): Total {
  const total = merged(rows, sum, 'sum');
  const number = Number(merged(rows, count, 'count'));
  return total === undefined || number === 0 ? undefined : Number(total) / number;
}

/** Exact for bigints, and for safe integers: where a double could not hold their sum, it is a bigint. */
function plus(a: Total, b: Total): number | bigint {
  const [one, other] = [numeric(a), numeric(b)];
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    const areExact = Number.isSafeInteger(one) && Number.isSafeInteger(other);
    return areExact && !Number.isSafeInteger(sum) ? BigInt(one) + BigInt(other) : sum;
  }
  const whole = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isInteger(value);
  return whole(one) && whole(other) ? BigInt(one) + BigInt(other) : Number(one) + Number(other);
}

/** Drivers give text for numbers that a double might not hold. */
function numeric(value: Total): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'string' && (value === 'NaN' || (value.trim() !== '' && !Number.isNaN(Number(value))))) {
    return /^-?\d+$/.test(value) && !Number.isSafeInteger(Number(value)) ? BigInt(value) : Number(value);
  }
  throw new TypeError(`a sum or a count must be a number, a bigint or their text, got ${shown(value)}`);
}

function isLess(a: Total, b: Total): boolean {
  return compareNumbers(a as number, b as number) < 0;
}

function isBefore(a: Total, b: Total): boolean {
  if (typeof a === 'string' && typeof b === 'string') return utf8Order(a, b) < 0;
  if (typeof a === typeof b || (typeof a !== 'string' && typeof b !== 'string')) return (a as number) < (b as number);
  throw new TypeError(`the values of one column must be of one kind, got ${shown(a)} and ${shown(b)}`);
}

function checkKind(name: string, kind: TotalsKind): void {
  if (kind === 'sum' || kind === 'count' || kind === 'min' || kind === 'max') return;
  const avg: unknown = typeof kind === 'object' && kind !== null ? kind.avg : undefined;
  if (Array.isArray(avg) && avg.length === 2 && avg.every((column) => typeof column === 'string')) return;
  throw new TypeError(`spec.${name} must be 'sum', 'count', 'min', 'max' or { avg: [sum, count] }, got ${shown(kind)}`);
}
