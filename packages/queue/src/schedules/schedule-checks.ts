import {
  duration,
  instant,
  integer,
  oneOf,
  plainObject,
  positiveInteger,
  printable,
  refuseUnknown,
  shown,
} from '../option-checks.ts';
import { checkJobOptions } from '../queue/add-checks.ts';
import type { ScheduleOptions, When } from './schedule-options.ts';

const ofJobs = ['key', 'lane', 'maxAttempts', 'timeoutMs', 'backoff', 'expiresInMs', 'trace', 'signal'];
const ofSchedules = ['missed', 'lateAfterMs', 'ifRunning', 'startAt', 'endAt', 'limit', 'jitterMs'];

/** @throws TypeError or RangeError unless a string of 1 to 200 bytes without control characters. */
export function checkScheduleName(name: unknown): string {
  return printable('name', name);
}

/** @throws TypeError or RangeError unless it has a `cron` or an `everyMs`; the calendar checks the rest. */
export function checkWhen(when: When): When {
  plainObject('when', when);
  const byCron = 'cron' in when;
  if (byCron === 'everyMs' in when)
    throw new TypeError(`when must have either cron or everyMs, got ${Object.keys(when).join(', ') || 'neither'}`);
  refuseUnknown(when, byCron ? ['cron', 'tz', 'gap', 'overlap'] : ['everyMs', 'anchorMs'], 'when');
  return when;
}

/** @throws TypeError or RangeError for the first option of `schedule` that is wrong. */
export function checkScheduleOptions(options: ScheduleOptions, lanes: readonly string[]): void {
  refuseUnknown(options, [...ofJobs, ...ofSchedules]);
  checkJobOptions(options, lanes);
  const { missed, lateAfterMs, ifRunning, startAt, endAt, limit, jitterMs } = options;
  if (missed !== undefined) checkMissed(missed);
  if (lateAfterMs !== undefined) duration('lateAfterMs', lateAfterMs);
  if (ifRunning !== undefined) oneOf('ifRunning', ifRunning, ['add', 'skip']);
  if (startAt !== undefined) instant('startAt', startAt);
  if (endAt !== undefined) instant('endAt', endAt);
  if (startAt !== undefined && endAt !== undefined && endAt <= startAt) {
    throw new RangeError(`endAt must be after startAt, got ${endAt} and ${startAt}`);
  }
  if (limit !== undefined) positiveInteger('limit', limit);
  if (jitterMs !== undefined) integer('jitterMs', jitterMs, 0, 10 * 365 * 86_400_000);
}

function checkMissed(missed: NonNullable<ScheduleOptions['missed']>): void {
  if (typeof missed === 'string') {
    oneOf('missed', missed, ['skip', 'once']);
    return;
  }
  if (typeof missed !== 'object' || missed === null) {
    throw new TypeError(`missed must be 'skip', 'once' or { all: n }, got ${shown(missed)}`);
  }
  refuseUnknown(missed, ['all'], 'missed');
  integer('missed.all', missed.all, 1, 10_000);
}
