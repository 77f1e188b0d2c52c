import type { LimitOptions } from '../queue/limit-options.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Changes limits for everybody; `undefined` leaves, `null` lifts. */
export function setLimits(queue: MemoryQueue, change: LimitOptions, now: number): void {
  const { concurrency, rate, perKey } = change;
  if (concurrency !== undefined) queue.concurrency = concurrency ?? undefined;
  if (rate !== undefined) queue.limitRate(rate ?? undefined);
  if (perKey !== undefined) {
    const { room } = queue.life;
    const limits = {
      ...room.limits,
      concurrency: perKey.concurrency ?? room.limits.concurrency,
      rate: perKey.rate === undefined ? room.limits.rate : (perKey.rate ?? undefined),
    };
    room.limit(limits, now);
  }
  queue.news.wakeAll();
}
