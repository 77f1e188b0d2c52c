import { jumpOf } from '../hash/jump.ts';
import type { Hashable } from '../hash/text.ts';
import { xxh32Pair } from '../hash/xxh32-pair.ts';
import { checkCount, checkNodes, hashableKey, type NodeSpec, type Picker } from './picker.ts';

/**
 * Jump consistent hash: no table at all, the most even spread and the least movement, for nodes that come and go at the end
 * of the list only. To take one out of the middle moves the keys of all that follow.
 *
 * @throws TypeError for nodes that are none, and for weights, which it cannot keep.
 */
export function jumpPicker(nodes: readonly NodeSpec[]): Picker {
  checkNodes(nodes);
  const weighted = nodes.find(({ weight = 1 }) => weight !== 1);
  if (weighted !== undefined)
    throw new TypeError(`weight cannot be kept by jumpPicker, got ${weighted.weight} for ${weighted.id}`);
  const ids = nodes.map(({ id }) => id);
  const pair = new Int32Array(2);
  const attempt = (key: Hashable, seed: number): number => {
    xxh32Pair(key, seed, pair);
    return jumpOf(pair[1] as number, pair[0] as number, ids.length);
  };
  return {
    nodes,
    pick: (key) => ids[attempt(hashableKey(key), 0)] as string,
    pickMany(key, count) {
      const hashable = hashableKey(key);
      const found = new Set<number>();
      const wanted = Math.min(checkCount(count), ids.length);
      // Further ones by further hashes; were these to miss the last few for long, by their order.
      for (let seed = 0; found.size < wanted && seed < 16 * ids.length; seed += 2) found.add(attempt(hashable, seed));
      for (let index = 0; found.size < wanted; index += 1) found.add(index);
      return [...found].map((index) => ids[index] as string);
    },
  };
}
