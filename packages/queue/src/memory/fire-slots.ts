import type { FireReply, FireRequest } from '../engine/engine-controls.ts';
import { addEntry } from './add-entry.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Turns slots of a schedule into jobs, once: whoever comes second finds another slot or another revision. */
export function fire(queue: MemoryQueue, request: FireRequest, now: number, vacancies: number): FireReply {
  const { schedules, life } = queue;
  const schedule = schedules.get(request.name);
  if (schedule === undefined) return { state: 'stale' };
  const { stored } = schedule;
  if (stored.revision !== request.revision || stored.slot !== request.slot) return { state: 'stale' };
  const next = { slot: request.next?.slot, fireAt: request.next?.fireAt };
  const last = stored.lastJob === undefined ? undefined : life.jobs.get(stored.lastJob);
  if (request.skipIfRunning && last !== undefined && last.settledAt === undefined) {
    schedules.advance(schedule, { ...stored, ...next });
    return { state: 'skipped' };
  }
  let free = vacancies;
  const jobs = request.entries.map((entry) => {
    const added = addEntry(queue, entry, now, free);
    if (added.outcome === 'added') free -= 1;
    return added;
  });
  const made = jobs.filter(({ outcome }) => outcome === 'added').length;
  const lastSlot = request.entries.at(-1)?.record.scheduledFor ?? stored.lastSlot;
  const lastJob = jobs.at(-1)?.id ?? stored.lastJob;
  schedules.advance(schedule, { ...stored, ...next, made: stored.made + made, lastSlot, lastJob });
  return { state: 'fired', jobs };
}
