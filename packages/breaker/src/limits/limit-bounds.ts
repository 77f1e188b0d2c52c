import { positiveInteger } from '../options.ts';

/** Where a limit begins and what it stays between. */
export interface LimitBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError unless positive integers with min <= initial <= max; a default gives way to what is given. */
export function limitBounds(
  options: { readonly initial?: number; readonly min?: number; readonly max?: number },
  defaults: LimitBounds,
): LimitBounds {
  for (const name of ['initial', 'min', 'max'] as const) {
    if (options[name] !== undefined) positiveInteger(name, options[name]);
  }
  const max = options.max ?? Math.max(defaults.max, options.initial ?? 1, options.min ?? 1);
  const min = options.min ?? Math.min(defaults.min, options.initial ?? max, max);
  const initial = options.initial ?? clamp(defaults.initial, min, max);
  if (min > max) throw new RangeError(`min must be at most max, got ${min} and ${max}`);
  if (initial < min || initial > max) {
    throw new RangeError(`initial must be from min to max, got ${initial} with ${min} and ${max}`);
  }
  return { initial, min, max };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
