import { ketamaDigest, ketamaPoint, POINTS_OF_DIGEST } from '../hash/ketama.ts';
import { xxh32, xxh32Word } from '../hash/xxh32.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { distinct } from './distinct.ts';
import { checkNodes, hashableKey, type NodeSpec, type Picker, type WeightedNode, withShare } from './picker.ts';
import { Ring } from './ring.ts';

/** Options of {@link ringPicker}. */
export interface RingPickerOptions {
  /** Points of a node of weight 1; more spread more evenly and take more memory. @defaultValue 160 */
  readonly points?: number;
  /** 'ketama': the ring of libketama, for keys that other clients have placed. It decides its number of points itself. */
  readonly compat?: 'ketama';
}

/**
 * Consistent hashing on a ring (Karger et al. 1997): a node that comes or goes moves its own share of the keys and no other.
 * Point i of a node is `xxh32(id + '-' + i)`, and it has `round(points * weight)` of them, at least one; a key belongs to the
 * first point from `xxh32(key)` on, and of equal points to the smaller id.
 *
 * @throws TypeError for nodes or options that are none; RangeError for `points` below 1.
 */
export function ringPicker(nodes: readonly NodeSpec[], options: RingPickerOptions = {}): Picker {
  const { points = 160, compat } = options;
  checkInteger('points', points, 1, 1_000_000);
  if (compat !== undefined && compat !== 'ketama') throw new TypeError(`compat must be 'ketama', got ${shown(compat)}`);
  // In the order of their ids, so that equal points fall to the smaller one.
  const sorted = [...withShare(checkNodes(nodes))].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = sorted.map(({ id }) => id);
  const ring = new Ring(compat === 'ketama' ? ketamaPoints(sorted) : sorted.map((node) => pointsOf(node, points)));
  const pointOf = compat === 'ketama' ? ketamaPoint : (key: string | Uint8Array) => xxh32Word(key, 0) >>> 0;
  return {
    nodes,
    pick: (key) => ids[ring.ownerOf(pointOf(hashableKey(key)))] as string,
    pickMany: (key, count) => distinct(ring.ownersFrom(pointOf(hashableKey(key))), ids, count),
  };
}

function pointsOf({ id, weight }: WeightedNode, points: number): Uint32Array {
  const own = new Uint32Array(Math.max(1, Math.round(points * weight)));
  for (let index = 0; index < own.length; index += 1) own[index] = xxh32(`${id}-${index}`);
  return own;
}

/** As libketama counts them: in single precision, of 40 digests a node on the average, four points each. */
function ketamaPoints(nodes: readonly WeightedNode[]): number[][] {
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  return nodes.map(({ id, weight }) => {
    const digests = Math.floor(Math.fround(weight / total) * 40 * nodes.length);
    const own: number[] = [];
    for (let index = 0; index < digests; index += 1) {
      const digest = ketamaDigest(`${id}-${index}`);
      for (let point = 0; point < POINTS_OF_DIGEST; point += 1) own.push(digest.readUInt32LE(4 * point));
    }
    return own;
  });
}
