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

  async put(name: string, when: When, type: string, data: unknown, options: ScheduleOptions): Promise<ScheduleView> {
    printable('name', name);
    text('type', type);
    const { missed, lateAfterMs, ifRunning, startAt, endAt, limit, jitterMs, ...jobOptions } = options;
    const refused = { lateAfterMs, jitterMs, missed: missed === 'skip' ? undefined : missed };
    for (const [option, value] of Object.entries(refused)) if (value !== undefined) throw unsupported(option);
    if (ifRunning === 'skip') throw unsupported('ifRunning: skip');
    // Our own reading refuses what cannot be, before BullMQ keeps it.
    scheduleSlots(when, { startAt, endAt });
    const bounds = {
      ...(limit === undefined ? {} : { limit }),
      ...(startAt === undefined ? {} : { startDate: startAt }),
      ...(endAt === undefined ? {} : { endDate: endAt }),
    };
    const {
      jobId: _id,
      delay: _delay,
      deduplication: _unique,
      ...opts
    } = bullOptions(jobOptions, this.#defaults, { data }, this.#clock.now());
    await this.#queue.upsertJobScheduler(name, { ...repeatOf(when), ...bounds }, { name: type, data, opts });
    return (await this.list()).find((schedule) => schedule.name === name) as ScheduleView;
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
