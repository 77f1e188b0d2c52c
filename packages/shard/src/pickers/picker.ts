import type { Hashable } from '../hash/text.ts';
import { hashableOf, type KeyPart, type ShardKey } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';

/** Where keys can go. */
export interface NodeSpec {
  /** Names it, for ever: its share of the keys goes with the name. */
  readonly id: string;
  /** Its share, relative to the others; a node of weight 0 gets nothing. @defaultValue 1 */
  readonly weight?: number;
}

/** Puts a key directly on a node: caches, queues, and the first placement of partitions. Pure, and the same in every process. */
export interface Picker {
  readonly nodes: readonly NodeSpec[];
  /** The node of a key of one part. @throws TypeError for what is no key. */
  pick(key: ShardKey): string;
  /**
   * So many nodes, all of them different and the first what `pick` says; fewer where there are fewer.
   * @throws RangeError for a count that is none.
   */
  pickMany(key: ShardKey, count: number): readonly string[];
}

/** A node as pickers work with it. */
export interface WeightedNode {
  readonly id: string;
  readonly weight: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an id must not have.
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** Whether a text can name something in messages, files and labels. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && !control.test(text);
}

/**
 * The nodes of a picker, with their weights.
 * @throws TypeError for no nodes, an id that is none, or two nodes of one id; RangeError for a weight that is none.
 */
export function checkNodes(nodes: readonly NodeSpec[]): readonly WeightedNode[] {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    throw new TypeError(`nodes must be an array of one at least, got ${shown(nodes)}`);
  }
  const seen = new Set<string>();
  // A list with holes has nodes that are none.
  const checked = Array.from(nodes, (node: NodeSpec) => {
    const { id, weight = 1 } = node ?? {};
    if (!isName(id)) {
      throw new TypeError(`id of a node must be a text without control characters, got ${shown(id)}`);
    }
    if (seen.has(id)) throw new TypeError(`nodes must have different ids, got ${shown(id)} twice`);
    seen.add(id);
    if (!(Number.isFinite(weight) && weight >= 0)) {
      throw new RangeError(`weight of node ${shown(id)} must be a number from 0, got ${shown(weight)}`);
    }
    return { id, weight };
  });
  if (checked.every(({ weight }) => weight === 0)) throw new RangeError('weight must be above 0 for one node at least');
  return checked;
}

/** Those that get anything. */
export function withShare(nodes: readonly WeightedNode[]): readonly WeightedNode[] {
  return nodes.filter(({ weight }) => weight > 0);
}

/** @throws RangeError for what is no number of nodes. */
export function checkCount(count: number): number {
  return checkInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
}

/** What a picker hashes. */
export function hashableKey(key: ShardKey): Hashable {
  return hashableOf(key as KeyPart);
}
