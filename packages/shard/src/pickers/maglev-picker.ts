import { fillTable } from '../hash/maglev-table.ts';
import { xxh32, xxh32Word } from '../hash/xxh32.ts';
import { checkInteger } from '../keys/shown.ts';
import { distinct } from './distinct.ts';
import { checkNodes, hashableKey, type NodeSpec, type Picker, withShare } from './picker.ts';

/** Options of {@link maglevPicker}. */
export interface MaglevPickerOptions {
  /** Slots of the look-up table: a prime, at least a hundred times as many as nodes. @defaultValue 65_537 */
  readonly tableSize?: number;
}

/**
 * Maglev hashing (Eisenbud et al., NSDI 2016): the fastest look-up, one hash and one table. The spread is even to a slot; when
 * a node comes or goes a few keys move between the others as well, about 0.5 % of them with the default table and 100 nodes.
 *
 * @throws TypeError for nodes that are none; RangeError for a table that is no prime or smaller than the number of nodes.
 */
export function maglevPicker(nodes: readonly NodeSpec[], options: MaglevPickerOptions = {}): Picker {
  const { tableSize = 65_537 } = options;
  // In the order of their ids: the same nodes in another order are the same picker.
  const sorted = [...withShare(checkNodes(nodes))].sort((a, b) => (a.id < b.id ? -1 : 1));
  checkInteger('tableSize', tableSize, 2, 0x7fffffff);
  if (!isPrime(tableSize)) throw new RangeError(`tableSize must be a prime, got ${tableSize}`);
  if (tableSize < sorted.length) {
    throw new RangeError(`tableSize must be at least the number of nodes, got ${tableSize} for ${sorted.length}`);
  }
  const ids = sorted.map(({ id }) => id);
  const offsets = ids.map((id) => xxh32(id, 0) % tableSize);
  const skips = ids.map((id) => (xxh32(id, 1) % (tableSize - 1)) + 1);
  const most = Math.max(...sorted.map(({ weight }) => weight));
  const shares = sorted.map(({ weight }) => weight / most);
  const table = fillTable(
    shares,
    tableSize,
    // Both factors are below 2^31: their product may lose its last bits, so the turn is reduced first.
    (node, turn) =>
      ((offsets[node] as number) + multiplied(turn % tableSize, skips[node] as number, tableSize)) % tableSize,
  );
  const slots = ids.length <= 0x10000 ? Uint16Array.from(table) : table;
  function* ownersFrom(slot: number): Generator<number> {
    for (let step = 0; step < tableSize; step += 1) yield slots[(slot + step) % tableSize] as number;
    // Nodes of so little weight that they have no slot.
    yield* ids.keys();
  }
  return {
    nodes,
    pick: (key) => ids[slots[(xxh32Word(hashableKey(key), 0) >>> 0) % tableSize] as number] as string,
    pickMany: (key, count) => distinct(ownersFrom(xxh32(hashableKey(key)) % tableSize), ids, count),
  };
}

function multiplied(a: number, b: number, modulus: number): number {
  const product = a * b;
  return product <= Number.MAX_SAFE_INTEGER ? product % modulus : Number((BigInt(a) * BigInt(b)) % BigInt(modulus));
}

function isPrime(value: number): boolean {
  if (value % 2 === 0) return value === 2;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}
