import { type Clock, systemClock, XcError } from '@xc/core';
import { checkInteger } from '../keys/shown.ts';
import { checkEnvironment } from '../telemetry/check-environment.ts';
import { type IdLayout, idLayout } from './id-layout.ts';

/** Options of {@link createIds}. */
export interface IdsOptions extends IdLayout {
  /** Different for each generator that is running; `leaseNode` of `@xc/shard/redis` finds one. */
  readonly node: number;
  /**
   * How far the time in ids may run ahead of the clock, in milliseconds: after the clock went back, or while more ids are
   * wanted than a millisecond has.
   * @defaultValue 1_000
   */
  readonly maxAheadMs?: number;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
}

/** Makes ids. */
export interface IdGenerator {
  /** @throws RangeError for a partition that does not fit; XcError `XC_SHARD_CLOCK_BACKWARDS` or `XC_SHARD_ID_EXHAUSTED`. */
  next(partition?: number): bigint;
  /** The same in decimal digits, for JSON. */
  nextString(partition?: number): string;
}

/**
 * Sortable 63-bit ids, made without asking anybody: time, partition, node, sequence, from the highest bit down. Strictly
 * increasing for each generator, and unique as long as no two generators share a node. A partition below the one before it takes
 * the next millisecond; where that happens so often that ids would be half of `maxAheadMs` ahead, they increase for each partition.
 *
 * A clock that goes back is waited out with the last time; a millisecond that is used up borrows of the next. Both up to
 * `maxAheadMs`: then an id is refused rather than given twice.
 *
 * @throws RangeError for a node that does not fit, or bits that are none.
 */
export function createIds(options: IdsOptions): IdGenerator {
  const { node, maxAheadMs = 1_000, clock = systemClock } = options;
  const { epochMs, nodeBits, partitionBits, sequenceBits } = idLayout(options);
  checkEnvironment({ clock });
  checkInteger('node', node, 0, 2 ** nodeBits - 1);
  checkInteger('maxAheadMs', maxAheadMs, 0, Number.MAX_SAFE_INTEGER);
  const partitionShift = BigInt(nodeBits + sequenceBits);
  const timeShift = BigInt(partitionBits) + partitionShift;
  const nodeValue = BigInt(node) << BigInt(sequenceBits);
  const perMs = 2 ** sequenceBits;
  const mostMs = 2 ** (63 - Number(timeShift)) - 1;
  let at = Number.NEGATIVE_INFINITY;
  let sequence = 0;
  /** The partition of the last id. */
  let before = 0;
  /** The latest that the clock ever was. */
  let latest = Number.NEGATIVE_INFINITY;

  const next = (partition = 0): bigint => {
    checkInteger('partition', partition, 0, 2 ** partitionBits - 1);
    const now = Math.floor(clock.now()) - epochMs;
    latest = Math.max(latest, now);
    let [ms, count] = now > at ? [now, 0] : [at, sequence + 1];
    const isLower = ms === at && partition < before;
    if (count === perMs || (isLower && ms + 1 - now <= maxAheadMs / 2)) [ms, count] = [ms + 1, 0];
    if (ms - now > maxAheadMs) {
      throw ms - latest > maxAheadMs ? exhausted(perMs, maxAheadMs) : backwards(latest - now, maxAheadMs);
    }
    if (ms < 0 || ms > mostMs)
      throw new RangeError(`the clock must be from epochMs up to ${mostMs + epochMs}, got ${now + epochMs}`);
    [at, sequence, before] = [ms, count, partition];
    return (BigInt(ms) << timeShift) | (BigInt(partition) << partitionShift) | nodeValue | BigInt(count);
  };
  return { next, nextString: (partition) => String(next(partition)) };
}

function backwards(behindMs: number, maxAheadMs: number): XcError<'XC_SHARD_CLOCK_BACKWARDS'> {
  return new XcError('XC_SHARD_CLOCK_BACKWARDS', `the clock went back ${behindMs} ms, more than maxAheadMs`, {
    details: { behindMs, maxAheadMs },
  });
}

function exhausted(perMs: number, maxAheadMs: number): XcError<'XC_SHARD_ID_EXHAUSTED'> {
  return new XcError(
    'XC_SHARD_ID_EXHAUSTED',
    `all ids of the next ${maxAheadMs} ms are used up, ${perMs} a millisecond`,
    {
      details: { perMs, maxAheadMs },
    },
  );
}
