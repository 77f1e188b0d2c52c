import { shown } from '../keys/shown.ts';
import { type IdLayout, idLayout } from './id-layout.ts';

/** What an id says. */
export interface ParsedId {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly partition: number;
  readonly node: number;
  readonly sequence: number;
}

/**
 * Takes an id apart, by the layout that it was made with.
 * @throws TypeError for what is no id; RangeError for one outside 0 to 2^63 - 1.
 */
export function parseId(id: bigint | string, layout?: IdLayout): ParsedId {
  const { epochMs, nodeBits, partitionBits, sequenceBits } = idLayout(layout);
  if (typeof id !== 'bigint' && !(typeof id === 'string' && /^\d{1,19}$/.test(id))) {
    throw new TypeError(`id must be a bigint or its digits, got ${shown(id)}`);
  }
  const value = BigInt(id);
  if (value < 0n || value >= 2n ** 63n) throw new RangeError(`id must be from 0 to 2^63 - 1, got ${shown(id)}`);
  let rest = value;
  const take = (bits: number): number => {
    const part = Number(rest & ((1n << BigInt(bits)) - 1n));
    rest >>= BigInt(bits);
    return part;
  };
  const sequence = take(sequenceBits);
  const node = take(nodeBits);
  const partition = take(partitionBits);
  return { atMs: Number(rest) + epochMs, partition, node, sequence };
}
