import type { ShardKey } from '../keys/shard-key.ts';
import { shown } from '../keys/shown.ts';
import type { Picker } from './picker.ts';

/** Options of {@link boundedPicker}. */
export interface BoundedPickerOptions {
  /** How far above its share a node may be; from 1. @defaultValue 1.25 */
  readonly factor?: number;
}

/** One key under way on a node. */
export interface BoundedPick {
  readonly node: string;
  /** Takes it off the node; once. */
  done(): void;
}

/** Picks with an eye on what is under way. */
export interface BoundedPicker {
  /** The node for a key, which is under way there until it is done. */
  pick(key: ShardKey): BoundedPick;
  /** What is under way, by node. */
  loads(): ReadonlyMap<string, number>;
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2018): a key goes to its node, or, when that one has
 * `ceil(factor * share)` keys under way, to the next that has not. The share of a node is its weight's part of all that is
 * under way, the new key included.
 *
 * @throws RangeError for a factor below 1.
 */
export function boundedPicker(picker: Picker, options: BoundedPickerOptions = {}): BoundedPicker {
  const { factor = 1.25 } = options;
  checkFactor(factor);
  const shares = sharesOf(picker);
  const loads = new Map(picker.nodes.map(({ id }) => [id, 0]));
  let total = 0;
  const hasRoom = (node: string): boolean =>
    (loads.get(node) as number) < Math.ceil(factor * (total + 1) * (shares.get(node) as number));
  return {
    pick(key) {
      const own = picker.pick(key);
      const node = hasRoom(own) ? own : (picker.pickMany(key, picker.nodes.length).find(hasRoom) ?? own);
      loads.set(node, (loads.get(node) as number) + 1);
      total += 1;
      let open = true;
      return {
        node,
        done() {
          if (!open) return;
          open = false;
          loads.set(node, (loads.get(node) as number) - 1);
          total -= 1;
        },
      };
    },
    loads: () => new Map(loads),
  };
}

/** @throws RangeError for a factor below 1. */
export function checkFactor(factor: unknown): void {
  if (Number.isFinite(factor) && (factor as number) >= 1) return;
  throw new RangeError(`factor must be a number from 1, got ${shown(factor)}`);
}

/** Which part of all each node is to have. */
export function sharesOf({ nodes }: Picker): ReadonlyMap<string, number> {
  const total = nodes.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return new Map(nodes.map(({ id, weight = 1 }) => [id, weight / total]));
}
