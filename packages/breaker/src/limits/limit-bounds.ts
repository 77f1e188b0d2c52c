import { orDefault, positiveInteger } from '../options.ts';

/** Where a limit begins and what it stays between. */
export interface LimitBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/**
 * @throws RangeError unless positive integers with min <= initial <= max. A default minimum gives way to a lower `initial`
 * or `max`, and a default beginning to both bounds; a maximum never does: it is what protects the other side.
 */
export function limitBounds(
  options: { readonly initial?: number; readonly min?: number; readonly max?: number },
  defaults: LimitBounds,
): LimitBounds {
  for (const name of ['initial', 'min', 'max'] as const) {
    if (options[name] !== undefined) positiveInteger(name, options[name]);
  }
  const max = orDefault(options.max, defaults.max);
  const min = orDefault(options.min, Math.min(defaults.min, orDefault(options.initial, max), max));
  if (min > max) throw new RangeError(`min must be at most max, got ${min} and ${max}`);
  const initial = orDefault(options.initial, clamp(defaults.initial, min, max));
  if (initial < min || initial > max) {
    throw new RangeError(`initial must be from min to max, got ${initial} with ${min} and ${max}`);
  }
  return { initial, min, max };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
