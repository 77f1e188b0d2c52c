import { createHash } from 'node:crypto';
import { bytesOf, type Hashable } from './text.ts';

/** Points of one digest. */
export const POINTS_OF_DIGEST = 4;

/** Where a key lies on the ring of libketama: the first four bytes of its MD5, little-endian. */
export function ketamaPoint(key: Hashable): number {
  return ketamaDigest(key).readUInt32LE(0);
}

/** The 16 bytes that are four points of a node. */
export function ketamaDigest(key: Hashable): Buffer {
  return createHash('md5').update(bytesOf(key)).digest();
}
