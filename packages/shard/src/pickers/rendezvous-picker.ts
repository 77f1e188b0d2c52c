import { fmix32 } from '../hash/murmur3.ts';
import type { Hashable } from '../hash/text.ts';
import { xxh32 } from '../hash/xxh32.ts';
import { checkCount, checkNodes, hashableKey, type NodeSpec, type Picker, withShare } from './picker.ts';

/**
 * Rendezvous hashing (Thaler and Ravishankar 1998): every node bids for a key and the highest bid has it. As even as can be,
 * weights are kept exactly (a bid of weight w and uniform u is -w / ln u), and what a node leaves behind spreads over all
 * others by their weights. A look-up asks all nodes: some nanoseconds each.
 *
 * @throws TypeError for nodes that are none; RangeError for a weight that is none.
 */
export function rendezvousPicker(nodes: readonly NodeSpec[]): Picker {
  // In the order of their ids, so that equal bids fall to the smaller one.
  const sorted = [...withShare(checkNodes(nodes))].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = sorted.map(({ id }) => id);
  const seeds = Int32Array.from(sorted, ({ id }) => xxh32(id) | 0);
  const weights = Float64Array.from(sorted, ({ weight }) => weight);
  const isEven = weights.every((weight) => weight === weights[0]);
  const best = isEven ? (key: Hashable) => highest(seeds, key) : (key: Hashable) => heaviest(seeds, weights, key);
  return {
    nodes,
    pick: (key) => ids[best(hashableKey(key))] as string,
    pickMany(key, count) {
      checkCount(count);
      const hash = xxh32(hashableKey(key));
      const bids = Array.from(seeds, (seed, node) => ({
        node,
        bid: weigh(fmix32(seed ^ hash), weights[node] as number),
      }));
      bids.sort((a, b) => b.bid - a.bid || a.node - b.node);
      return bids.slice(0, count).map(({ node }) => ids[node] as string);
    },
  };
}

/** The first node with the highest hash. */
function highest(seeds: Int32Array, key: Hashable): number {
  const hash = xxh32(key) | 0;
  let best = 0;
  let most = -1;
  for (let node = 0; node < seeds.length; node += 1) {
    const bid = fmix32((seeds[node] as number) ^ hash);
    if (bid > most) {
      most = bid;
      best = node;
    }
  }
  return best;
}

/** The first node with the highest weighted bid. */
function heaviest(seeds: Int32Array, weights: Float64Array, key: Hashable): number {
  const hash = xxh32(key) | 0;
  let best = 0;
  let most = -1;
  for (let node = 0; node < seeds.length; node += 1) {
    const bid = weigh(fmix32((seeds[node] as number) ^ hash), weights[node] as number);
    if (bid > most) {
      most = bid;
      best = node;
    }
  }
  return best;
}

function weigh(hash: number, weight: number): number {
  return -weight / Math.log((hash + 0.5) / 0x1_0000_0000);
}
