import type { EngineControls, RedriveRequest } from '../engine/engine-controls.ts';
import type { DeadReason } from '../job/job-error.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Jobs of one slice. */
const SLICE = 500;

/** Takes away what waits, and what is delayed where asked. */
export function drain(
  queue: MemoryQueue,
  { delayed }: EngineControls['drain']['args'],
  now: number,
): EngineControls['drain']['reply'] {
  const { life } = queue;
  const found: MemoryJob[] = [];
  gather(found, waiting(queue));
  if (delayed) gather(found, life.delayed);
  for (const job of found) life.forget(job, 'remove', now);
  return { removed: found.length, more: found.length === SLICE };
}

/** Takes away dead letters. */
export function drop(
  queue: MemoryQueue,
  { ids, reason, type, olderThanMs }: EngineControls['drop']['args'],
  now: number,
): EngineControls['drop']['reply'] {
  const { life } = queue;
  const found: MemoryJob[] = [];
  if (ids !== undefined) found.push(...named(queue, ids));
  else {
    for (const job of life.shelves.dead.jobs) {
      if (found.length === SLICE) break;
      if (olderThanMs !== undefined && (job.settledAt as number) > now - olderThanMs) break;
      if (fits(job, reason, type)) found.push(job);
    }
  }
  for (const job of found) life.forget(job, 'remove', now);
  return { removed: found.length, more: ids === undefined && found.length === SLICE };
}

/** Begins dead jobs anew. The cursor says after which death to go on, and which was the last when it began. */
export function redrive(queue: MemoryQueue, request: RedriveRequest, now: number): EngineControls['redrive']['reply'] {
  const { life } = queue;
  if (request.lane !== undefined) life.room.lane(request.lane);
  if (request.ids !== undefined) {
    const found = named(queue, request.ids);
    const there = new Set(found.map(({ id }) => id));
    begin(queue, found, request, now);
    return { redriven: begun(found), missing: request.ids.filter((id) => !there.has(id)), cursor: undefined };
  }
  const newest = life.shelves.dead.jobs.tail;
  const [after, until] = request.cursor?.split(':').map(Number) ?? [0, newest?.until ?? 0];
  const most = Math.min(SLICE, request.max ?? SLICE);
  const found: MemoryJob[] = [];
  for (const job of life.shelves.dead.jobs) {
    if (found.length === most || job.until > (until as number)) break;
    if (job.until > (after as number) && fits(job, request.reason, request.type)) found.push(job);
  }
  const last = found.at(-1)?.until;
  begin(queue, found, request, now);
  return { redriven: begun(found), missing: [], cursor: found.length === most ? `${last}:${until}` : undefined };
}

function begin(queue: MemoryQueue, jobs: readonly MemoryJob[], request: RedriveRequest, now: number): void {
  const { life } = queue;
  const { by, lane, forget, withDependents } = request;
  const chosen = new Set(jobs);
  const also = withDependents ? jobs.flatMap((job) => life.flows.diedOf(job)) : [];
  for (const job of also) chosen.add(job);
  life.flows.forgetOutcomes([...chosen]);
  for (const job of chosen) life.redrive(job, now, by, lane, forget);
  // Once all of them wait, so that those die along that wait for one that does.
  for (const job of chosen) life.flows.checkReopened(job, now);
}

/** How many did not die again at once, of a dependency that is gone. */
function begun(jobs: readonly MemoryJob[]): number {
  return jobs.filter(({ state }) => state !== 'dead' && state !== 'absent').length;
}

function named(queue: MemoryQueue, ids: readonly string[]): MemoryJob[] {
  const found = new Set<MemoryJob>();
  for (const id of ids) {
    const job = queue.life.jobs.get(id);
    if (job?.state === 'dead') found.add(job);
  }
  return [...found];
}

function fits(job: MemoryJob, reason: DeadReason | undefined, type: string | undefined): boolean {
  return (reason === undefined || job.reason === reason) && (type === undefined || job.record.type === type);
}

function gather(into: MemoryJob[], jobs: Iterable<MemoryJob>): void {
  for (const job of jobs) {
    if (into.length === SLICE) return;
    into.push(job);
  }
}

/** All that waits: by lane, then keys that have no turn, by name. */
export function* waiting({ life: { room } }: MemoryQueue): Generator<MemoryJob, void> {
  for (const lane of room.lanes.values()) {
    for (const turn of lane) {
      if (turn.isTurn) yield* turn.jobs;
      else yield turn;
    }
  }
  const later = [...room.groups.values()].filter(({ list, jobs }) => list === undefined && jobs.size > 0);
  for (const group of later.sort((one, other) => (one.key < other.key ? -1 : 1))) yield* group.jobs;
}
