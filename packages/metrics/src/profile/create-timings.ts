import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, systemClock } from '@xc/core';
import { measure } from '../measure.ts';
import { checkPositiveInteger } from '../option-checks.ts';
import { bottleneckReport } from './bottleneck-report.ts';
import { Stretch } from './stretch.ts';
import { TimingRecord } from './timing-record.ts';
import type { Timings } from './timings.ts';

/** Options of `createTimings`. */
export interface TimingsOptions {
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** Names beyond these are folded into `__other__`. @defaultValue 500 */
  readonly maxNames?: number;
}

const OTHER = '__other__';

/**
 * Times what is named, and tells which name the time belongs to: the self time of a name leaves out what was timed inside it,
 * what overlaps inside is left out once.
 *
 * @throws RangeError when `maxNames` is not a positive integer.
 */
export function createTimings({ clock = systemClock, maxNames = 500 }: TimingsOptions = {}): Timings {
  checkPositiveInteger('maxNames', maxNames);
  const running = new AsyncLocalStorage<Stretch>();
  let records = new Map<string, TimingRecord>();

  const recordOf = (name: string): TimingRecord => {
    if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${typeof name}`);
    const folded = records.has(name) || records.size < maxNames ? name : OTHER;
    const record = records.get(folded) ?? new TimingRecord();
    records.set(folded, record);
    return record;
  };
  const begin = (name: string) => {
    const record = recordOf(name);
    const stretch = new Stretch(clock.monotonic(), running.getStore());
    let over = false;
    const end = (outcome: 'ok' | 'error') => {
      if (over) return;
      over = true;
      record.add(stretch.end(clock.monotonic()), outcome);
    };
    return { stretch, end };
  };

  return {
    time(name, fn) {
      const { stretch, end } = begin(name);
      return measure(() => running.run(stretch, fn), end);
    },
    start(name) {
      const { end } = begin(name);
      return () => end('ok');
    },
    report: () => bottleneckReport(records),
    reset() {
      records = new Map();
    },
  };
}
