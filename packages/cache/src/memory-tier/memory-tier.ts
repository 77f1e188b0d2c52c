import { type Clock, systemClock } from '@xc/core';
import { OnceRecords } from '../once/once-records.ts';
import { checkMethod } from '../options/check-method.ts';
import { checkNames } from '../options/check-names.ts';
import { checkInteger } from '../options/check-number.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';
import { GroupHash } from './group-hash.ts';
import { TierTime } from './tier-time.ts';
import { ValueTable } from './value-table.ts';

/** Options of {@link memoryTier}. */
export interface MemoryTierOptions {
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /**
   * Values that are kept at most; the oldest go.
   * @defaultValue 100_000
   */
  readonly maxItems?: number;
}

/**
 * A second level inside the process: lets several caches of one process behave as nodes. Values are kept as JSON, so what is read
 * back is what a server would give.
 *
 * @throws TypeError or RangeError for wrong options.
 */
export function memoryTier(options: MemoryTierOptions = {}): Tier {
  checkNames('options', options, ['clock', 'maxItems']);
  const { clock = systemClock, maxItems = 100_000 } = options;
  checkMethod('clock', clock, 'monotonic');
  checkInteger('maxItems', maxItems, 1);
  const time = new TierTime(clock);
  const spaces = new Map<string, TierSpace>();
  return {
    name: 'memory',
    deadlineMs: 150,
    fenceMs: 60_000,
    open({ name }) {
      let space = spaces.get(name);
      if (space === undefined) {
        space = memorySpace(time, clock, maxItems);
        spaces.set(name, space);
      }
      return space;
    },
  };
}

function memorySpace(time: TierTime, clock: Clock, maxItems: number): TierSpace {
  const values = new ValueTable(time, maxItems);
  const groups = new GroupHash(time);
  const records = new OnceRecords(clock);
  return {
    read: async (reads, { latest }) => ({
      found: reads.map((read) => values.read(read)),
      ...(latest === true ? { groups: groups.facts } : {}),
    }),
    fill: async (fills) => fills.map((fill) => values.fill(fill)),
    set: async (sets) => sets.map((set) => values.set(set, set.stamp === 'latest' ? groups.facts.latest : set.stamp)),
    drop: async (drops) => drops.map(({ key, soft }) => ({ state: 'dropped', version: values.drop(key, soft) })),
    raise: async (raise) => groups.raise(raise),
    groups: async (ids) => groups.read(ids),
    touch: async (touch) => values.touch(touch),
    renew: async (hold) => values.renew(hold),
    release: async (key, owner) => values.release(key, owner),
    onceBegin: async (ask) => records.begin(ask),
    onceRenew: async (hold) => records.renew(hold),
    onceFinish: async (finish) => records.finish(finish),
    onceAbandon: async (hold) => records.abandon(hold),
    purge: async () => values.purge(),
  };
}
