import type { Clock } from '@xc/core';
import type { Queue as BullQueue } from 'bullmq';
import { printable, refuseUnknown, text } from '../option-checks.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import { scheduleSlots } from '../schedules/schedule-slots.ts';
import { bullOptions, type JobDefaults } from './bull-options.ts';
import { scheduleViewOf } from './bull-views.ts';
import { unsupported } from './unsupported.ts';

/** Schedules as BullMQ's job schedulers: it makes the next job when the last one starts, and knows one way with missed runs and DST. */
export class BullSchedules {
  readonly #queue: BullQueue;
  readonly #defaults: JobDefaults;
  readonly #clock: Clock;

  constructor(queue: BullQueue, defaults: JobDefaults, clock: Clock) {
    this.#queue = queue;
    this.#defaults = defaults;
    this.#clock = clock;
  }

  /** Checks everything, and returns what puts the schedule. @throws TypeError, RangeError, XC_QUEUE_UNSUPPORTED */
  put(name: string, when: When, type: string, data: unknown, options: ScheduleOptions): () => Promise<ScheduleView> {
    printable('name', name);
    text('type', type);
    const { missed, lateAfterMs, ifRunning, startAt, endAt, limit, jitterMs, ...jobOptions } = options;
    const refused = { lateAfterMs, jitterMs, missed: missed === 'skip' ? undefined : missed };
    for (const [option, value] of Object.entries(refused)) if (value !== undefined) throw unsupported(option);
    if (ifRunning === 'skip') throw unsupported('ifRunning: skip');
    const now = this.#clock.now();
    // Our own reading refuses what cannot be, before BullMQ keeps it.
    const first = scheduleSlots(when, { startAt, endAt }).next(now);
    if (first === undefined) throw unsupported('schedule without a slot to come');
    // BullMQ counts intervals from their start, whatever their offset: so they start with a slot.
    const startDate = 'everyMs' in when && startAt !== undefined ? first : startAt;
    const bounds = {
      ...(limit === undefined ? {} : { limit }),
      ...(startDate === undefined ? {} : { startDate }),
      ...(endAt === undefined ? {} : { endDate: endAt }),
    };
    const {
      jobId: _id,
      delay: _delay,
      deduplication: _unique,
      ...opts
    } = bullOptions(jobOptions, this.#defaults, { data }, now);
    const repeat = { ...repeatOf(when), ...bounds };
    return async () => {
      await this.#queue.upsertJobScheduler(name, repeat, { name: type, data, opts });
      return (await this.list()).find((schedule) => schedule.name === name) as ScheduleView;
    };
  }

  async list(): Promise<ScheduleView[]> {
    return (await this.#queue.getJobSchedulers(0, -1, true)).map(scheduleViewOf);
  }
}

function repeatOf(when: When) {
  if ('everyMs' in when) {
    refuseUnknown(when, ['everyMs', 'anchorMs'], 'when');
    const { everyMs, anchorMs = 0 } = when;
    // No offset is for BullMQ the time of the call: a whole turn is the offset of nothing.
    return { every: everyMs, offset: ((anchorMs % everyMs) + everyMs) % everyMs || everyMs };
  }
  refuseUnknown(when, ['cron', 'tz', 'gap', 'overlap'], 'when');
  if (when.gap !== undefined) throw unsupported('gap');
  if (when.overlap !== undefined) throw unsupported('overlap');
  return { pattern: when.cron, tz: when.tz ?? 'UTC' };
}
