import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import type { ScheduleView, When } from '../schedules/schedule-options.ts';

/** A schedule as bull-board shows it. */
export interface BoardScheduler {
  readonly id: string;
  readonly name: string;
  readonly pattern?: string;
  readonly every?: number;
  readonly tz?: string;
  readonly limit?: number;
  readonly startDate?: number;
  readonly endDate?: number;
  readonly next?: number;
  readonly lastRun?: number;
  readonly iterationCount?: number;
  readonly template?: { readonly data?: unknown };
}

/** How bull-board says when a schedule runs. */
export interface BoardRepeat {
  readonly pattern?: string;
  readonly every?: number;
  readonly tz?: string;
  readonly limit?: number;
  readonly endDate?: number;
}

/** Shows a schedule to bull-board. */
export function boardScheduler({ name, type, when, options, next, last, made, data }: ScheduleView): BoardScheduler {
  const { limit, startAt, endAt } = options;
  return {
    id: name,
    name: type,
    ...('cron' in when ? { pattern: when.cron, tz: when.tz ?? 'UTC' } : { every: when.everyMs }),
    ...(limit === undefined ? {} : { limit }),
    ...(startAt === undefined ? {} : { startDate: startAt }),
    ...(endAt === undefined ? {} : { endDate: endAt }),
    ...(next === undefined ? {} : { next }),
    ...(last === undefined ? {} : { lastRun: last }),
    iterationCount: made,
    template: { data },
  };
}

/** Puts a schedule anew at other times; what it makes stays. */
export async function reschedule(
  queue: Queue<AnyJobs>,
  id: string,
  repeat: BoardRepeat,
): Promise<'updated' | 'not-found' | 'invalid-schedule'> {
  const schedule = await scheduleOf(queue, id);
  if (schedule === undefined) return 'not-found';
  const { tz, limit, endDate } = repeat;
  const when: When | undefined =
    repeat.pattern !== undefined
      ? { cron: repeat.pattern, ...(tz === undefined ? {} : { tz }) }
      : (repeat.every !== undefined && { everyMs: repeat.every }) || undefined;
  if (when === undefined) return 'invalid-schedule';
  const { limit: _limit, endAt: _endAt, ...kept } = schedule.options;
  try {
    await queue.schedule(id, when, schedule.type, schedule.data, { ...kept, limit, endAt: endDate });
    return 'updated';
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return 'invalid-schedule';
    throw error;
  }
}

/** A schedule by its name. */
export async function scheduleOf(queue: Queue<AnyJobs>, id: string): Promise<ScheduleView | undefined> {
  return (await queue.schedules()).find(({ name }) => name === id);
}
