import type { Unit } from '../acts/act.ts';
import { duration, percent } from './units.ts';

/** A measured number as a person reads it. */
export function sayFigure(value: number | undefined, unit: Unit): string {
  if (value === undefined) return 'not measured';
  if (!Number.isFinite(value)) return 'never';
  if (unit === 'ms') return duration(value);
  if (unit === 'ratio') return percent(value);
  if (unit === 'count') return value.toLocaleString('en-US');
  return unit === 'times' ? `${value.toFixed(2)}x` : value.toFixed(2);
}
