import { type Clock, systemClock } from '@xc/core';
import { OnceRecords } from '../once/once-records.ts';
import { checkMethod } from '../options/check-method.ts';
import { checkNames } from '../options/check-names.ts';
import { checkInteger } from '../options/check-number.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';
import type { TierCall } from '../tier/tier-call.ts';
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
    read: (reads, call) =>
      answer(call, () => ({
        found: reads.map((read) => values.read(read)),
        ...(call.latest === true ? { groups: groups.facts } : {}),
      })),
    fill: (fills, call) => answer(call, () => fills.map((fill) => values.fill(fill))),
    set: (sets, call) =>
      answer(call, () => sets.map((set) => values.set(set, set.stamp === 'latest' ? groups.facts.latest : set.stamp))),
    drop: (drops, call) =>
      answer(call, () => drops.map(({ key, soft }) => ({ state: 'dropped', version: values.drop(key, soft) }))),
    raise: (raise, call) => answer(call, () => groups.raise(raise)),
    groups: (ids, call) => answer(call, () => groups.read(ids)),
    touch: (touch, call) => answer(call, () => values.touch(touch)),
    renew: (hold, call) => answer(call, () => values.renew(hold)),
    release: (key, owner, call) => answer(call, () => values.release(key, owner)),
    onceBegin: (ask, call) => answer(call, () => records.begin(ask)),
    onceRenew: (hold, call) => answer(call, () => records.renew(hold)),
    onceFinish: (finish, call) => answer(call, () => records.finish(finish)),
    onceAbandon: (hold, call) => answer(call, () => records.abandon(hold)),
    purge: (call) => answer(call, () => values.purge()),
  };
}

/** As a server would: nobody waits for it, but what nobody wants any more is not done. */
async function answer<T>({ signal }: Pick<TierCall, 'signal'>, work: () => T): Promise<T> {
  signal?.throwIfAborted();
  return work();
}
