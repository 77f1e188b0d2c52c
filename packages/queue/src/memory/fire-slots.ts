import type { AddEntry, Added } from '../engine/add-request.ts';
import type { FireReply, FireRequest } from '../engine/engine-controls.ts';
import { addEntry } from './add-entry.ts';
import type { MemoryQueue } from './memory-queue.ts';

// Until somebody looks again whether there is room.
const heldBackMs = 1_000;

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
  const jobs: Added[] = [];
  let free = vacancies;
  for (const entry of request.entries) {
    const added = madeBefore(entry, stored.lastSlot) ?? addEntry(queue, entry, now, free);
    if (added.outcome === 'full') break;
    if (added.outcome === 'added') free -= 1;
    jobs.push(added);
  }
  const slots = request.entries.map(({ record }) => record.scheduledFor);
  const held = jobs.length < slots.length;
  const made = jobs.filter(({ outcome }) => outcome === 'added').length;
  schedules.advance(schedule, {
    ...stored,
    ...(held ? { slot: jobs.length > 0 ? slots[jobs.length] : stored.slot, fireAt: now + heldBackMs } : next),
    made: stored.made + made,
    lastSlot: latest(stored.lastSlot, slots[jobs.length - 1]),
    lastJob: jobs.at(-1)?.id ?? stored.lastJob,
  });
  return { state: 'fired', jobs };
}

/** A slot that has been made is not made again, though its job is not kept: the schedule may have been replaced at that moment. */
function madeBefore({ id = '', record }: AddEntry, lastSlot: number | undefined): Added | undefined {
  const { scheduledFor } = record;
  if (scheduledFor === undefined || lastSlot === undefined || scheduledFor > lastSlot) return undefined;
  return { id, outcome: 'exists' };
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return other ?? one;
  return Math.max(one, other);
}
