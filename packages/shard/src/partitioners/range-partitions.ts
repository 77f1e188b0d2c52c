import { xxh32 } from '../hash/xxh32.ts';
import type { KeyPart, ShardKey } from '../keys/shard-key.ts';
import { shown } from '../keys/shown.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';
import { utf8Order, wellFormed } from './utf8-order.ts';

/** Options of {@link rangePartitions}. */
export interface RangePartitionsOptions {
  /** Strictly ascending and all of one kind: texts by their bytes in UTF-8, numbers, or bigints. */
  readonly bounds: readonly string[] | readonly number[] | readonly bigint[];
}

type Bound = string | number | bigint;

/**
 * Keeps neighbours together: n bounds make n + 1 partitions, each from its bound up to the next. A range of keys lies in few
 * partitions, and a run of new keys in one. With bounds that are numbers, numbers and bigints are keys; with texts, texts.
 *
 * @throws TypeError for bounds that are no array; RangeError for bounds that are not all texts, all numbers or all bigints, or do
 * not ascend.
 */
export function rangePartitions(options: RangePartitionsOptions): Partitioner {
  const bounds = checked(options?.bounds);
  const isText = typeof bounds[0] === 'string';
  const order = isText ? (a: Bound, b: Bound) => utf8Order(a as string, b as string) : numericOrder;

  /** How many bounds are at most the key, or below it. */
  const rank = (key: Bound, alsoEqual: boolean): number => {
    let [from, to] = [0, bounds.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const difference = order(bounds[middle] as Bound, key);
      if (difference < 0 || (alsoEqual && difference === 0)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const boundOf = (key: ShardKey): Bound => {
    if (isText && typeof key === 'string') return wellFormed(key);
    if (!isText && (typeof key === 'bigint' || Number.isSafeInteger(key))) return key as Bound;
    throw new TypeError(`key must be ${isText ? 'a string' : 'a safe integer or a bigint'}, got ${shown(key)}`);
  };
  return {
    id: `range:${bounds.length + 1}:${xxh32(bounds.map((bound) => `${typeof bound}:${bound}`).join('\0')).toString(16)}`,
    partitions: bounds.length + 1,
    of: (key) => rank(boundOf(key), true),
    between(from: KeyPart, to: KeyPart) {
      const [low, high] = [boundOf(from), boundOf(to)];
      if (order(low, high) >= 0) return [];
      const first = rank(low, true);
      return Array.from({ length: rank(high, false) - first + 1 }, (_, index) => first + index);
    },
  };
}

function checked(given: readonly Bound[]): readonly Bound[] {
  if (!Array.isArray(given)) throw new TypeError(`bounds must be an array, got ${shown(given)}`);
  const bounds: readonly Bound[] = given.map((bound) => (typeof bound === 'string' ? wellFormed(bound) : bound));
  if (bounds.length === 0 || bounds.length >= MOST_PARTITIONS) {
    throw new RangeError(`bounds must be 1 to ${MOST_PARTITIONS - 1}, got ${bounds.length}`);
  }
  const kind = typeof bounds[0];
  for (const [index, bound] of bounds.entries()) {
    const fits = typeof bound === kind && (kind === 'string' || kind === 'bigint' || Number.isFinite(bound));
    if (!fits) throw new RangeError(`bounds must be all texts, all numbers or all bigints, got ${shown(bound)}`);
    if (index === 0) continue;
    const order =
      kind === 'string'
        ? utf8Order(bounds[index - 1] as string, bound as string)
        : numericOrder(bounds[index - 1] as Bound, bound);
    if (order >= 0) throw new RangeError(`bounds must ascend, got ${shown(bounds[index - 1])} before ${shown(bound)}`);
  }
  return bounds;
}

function numericOrder(a: Bound, b: Bound): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
