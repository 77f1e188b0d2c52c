import { type Clock, systemClock } from '@xc/core';
import { checkInteger, shown } from '../keys/shown.ts';
import { MOST_PARTITIONS } from '../partitioners/partitioner.ts';
import { checkEnvironment } from '../telemetry/check-environment.ts';
import { Counters } from './counters.ts';
import type { Heat } from './heat.ts';
import { skewOf } from './skew.ts';

/** Options of {@link createHeat}. */
export interface HeatOptions {
  /** How many keys are counted at a time. @defaultValue 1_000 */
  readonly capacity?: number;
  /** After so many milliseconds a call counts half; `Infinity`: it counts for ever. @defaultValue 60_000 */
  readonly halfLifeMs?: number;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
}

/** New counts weigh so much more than the first ones before all are brought down again. */
const LARGEST_WEIGHT = 2 ** 40;

/**
 * Counts what is hot: the keys by space-saving, the partitions exactly. Old calls fade: a new one weighs more, and nothing is
 * touched to let the others weigh less. `record` costs some hundred nanoseconds at most and takes no memory per key.
 *
 * @throws RangeError for options out of range; from `record` for a partition or a cost that is none, TypeError for a key that is no
 * text.
 */
export function createHeat(options: HeatOptions = {}): Heat {
  const { capacity = 1_000, halfLifeMs = 60_000, clock = systemClock } = options;
  checkEnvironment({ clock });
  checkInteger('capacity', capacity, 1, 2 ** 24);
  if (!(typeof halfLifeMs === 'number' && halfLifeMs > 0))
    throw new RangeError(`halfLifeMs must be above 0 or Infinity, got ${shown(halfLifeMs)}`);
  const counters = new Counters(capacity);
  let partitions = new Float64Array(0);
  let origin = clock.monotonic();

  let weight = 1;
  let weighedAt = origin;

  /** What one call counts for now, by the measure of all counts. */
  const weightNow = (): number => {
    if (halfLifeMs === Number.POSITIVE_INFINITY) return 1;
    const now = clock.monotonic();
    // A power takes longer than all the rest of a record.
    if (now === weighedAt || (now - weighedAt < 1 && halfLifeMs > 1_000)) return weight;
    weighedAt = now;
    weight = 2 ** ((now - origin) / halfLifeMs);
    if (weight < LARGEST_WEIGHT) return weight;
    counters.scale(1 / weight);
    for (let partition = 0; partition < partitions.length; partition += 1) {
      partitions[partition] = (partitions[partition] as number) / weight;
    }
    origin = now;
    weight = 1;
    return weight;
  };
  const costsNow = (): Float64Array => {
    const unit = weightNow();
    return partitions.map((cost) => cost / unit);
  };
  return {
    record(key, partition, cost = 1) {
      if (typeof key !== 'string') throw new TypeError(`key must be a string, got ${shown(key)}`);
      if (!(typeof cost === 'number' && cost >= 0 && cost < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`cost must be a number from 0, got ${shown(cost)}`);
      }
      if (partition >= partitions.length || !(partition >= 0) || !Number.isInteger(partition)) {
        checkInteger('partition', partition, 0, MOST_PARTITIONS - 1);
        const larger = new Float64Array(
          Math.min(MOST_PARTITIONS, Math.max(64, 2 ** Math.ceil(Math.log2(partition + 1)))),
        );
        larger.set(partitions);
        partitions = larger;
      }
      const amount = cost * weightNow();
      counters.add(key, amount);
      partitions[partition] = (partitions[partition] as number) + amount;
    },
    topKeys(count) {
      checkCount(count);
      const unit = weightNow();
      return counters
        .largest(count)
        .map(({ key, count: own, error }) => ({ key, count: own / unit, error: error / unit }));
    },
    topPartitions(count) {
      checkCount(count);
      const hot = Array.from(costsNow(), (cost, partition) => ({ partition, cost })).filter(({ cost }) => cost > 0);
      return hot.sort((a, b) => b.cost - a.cost || a.partition - b.partition).slice(0, count);
    },
    costs() {
      const costs = costsNow();
      return (partition) => costs[partition] ?? 0;
    },
    skew: (owners) => skewOf(owners, costsNow()),
  };
}

function checkCount(count: number): void {
  if (count === Number.POSITIVE_INFINITY) return;
  checkInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
}
