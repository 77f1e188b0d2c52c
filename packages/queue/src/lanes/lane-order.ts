import { plainObject, positiveInteger, printable, shown } from '../option-checks.ts';

/** The lanes of a queue: by weight, or first to last. */
export interface LaneOrder {
  readonly names: readonly string[];
  /** One for each name; `undefined` where the order is strict. */
  readonly weights: readonly number[] | undefined;
}

const mostLanes = 8;
const usual: Readonly<Record<string, number>> = { high: 8, normal: 4, low: 1 };

/**
 * Reads the option `lanes`.
 *
 * @throws TypeError when it is neither weights nor names; RangeError for no lane, more than 8, a name that comes twice, or a
 * weight that is not a positive integer.
 */
export function laneOrder(lanes: Readonly<Record<string, number>> | readonly string[] = usual): LaneOrder {
  const strict = Array.isArray(lanes);
  const names: readonly string[] = strict ? lanes : Object.keys(plainObject('lanes', lanes));
  if (names.length === 0 || names.length > mostLanes) {
    throw new RangeError(`lanes must be 1 to ${mostLanes}, got ${names.length}`);
  }
  for (const name of names) printable('lane name', name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`lanes must be names that differ, got ${shown(twice)} twice`);
  if (strict) return { names, weights: undefined };
  const weightOf = lanes as Readonly<Record<string, number>>;
  return { names, weights: names.map((name) => positiveInteger(`weight of lane ${shown(name)}`, weightOf[name])) };
}

/**
 * Reads the option `defaultLane`: `normal` where there is such a lane, else the first.
 *
 * @throws RangeError when it is not one of the lanes.
 */
export function defaultLane({ names }: LaneOrder, given: string | undefined): string {
  if (given === undefined) return names.includes('normal') ? 'normal' : (names[0] as string);
  return knownLane(names, given, 'defaultLane');
}

/** @throws TypeError when `lane` is not a string; RangeError when it is not one of `names`. */
export function knownLane(names: readonly string[], lane: string, what = 'lane'): string {
  if (names.includes(lane)) return lane;
  const message = `${what} must be one of ${names.map(shown).join(', ')}, got ${shown(lane)}`;
  throw typeof lane === 'string' ? new RangeError(message) : new TypeError(message);
}
