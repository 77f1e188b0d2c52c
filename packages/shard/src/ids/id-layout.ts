import { checkInteger } from '../keys/shown.ts';

/** How the bits of an id are shared out: time in milliseconds, then partition, node and sequence, 63 in all. */
export interface IdLayout {
  /** Where time begins, in epoch milliseconds. @defaultValue 1_704_067_200_000, the beginning of 2024 */
  readonly epochMs?: number;
  /** @defaultValue 10 */
  readonly nodeBits?: number;
  /** @defaultValue 0 */
  readonly partitionBits?: number;
  /** @defaultValue 12 */
  readonly sequenceBits?: number;
}

/** Bits besides those of the time. */
const MOST_BITS = 24;

/**
 * Fills in and checks.
 * @throws RangeError for bits that are none, or more than 24 together.
 */
export function idLayout(layout: IdLayout = {}): Required<IdLayout> {
  const { epochMs = 1_704_067_200_000, nodeBits = 10, partitionBits = 0, sequenceBits = 12 } = layout;
  checkInteger('epochMs', epochMs, 0, Number.MAX_SAFE_INTEGER);
  for (const [name, bits] of Object.entries({ nodeBits, partitionBits, sequenceBits })) {
    checkInteger(name, bits, 0, MOST_BITS);
  }
  const sum = nodeBits + partitionBits + sequenceBits;
  if (sum > MOST_BITS)
    throw new RangeError(`the bits of node, partition and sequence must be at most ${MOST_BITS}, got ${sum}`);
  return { epochMs, nodeBits, partitionBits, sequenceBits };
}
