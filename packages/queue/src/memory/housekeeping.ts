import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { endEvent, lostEvent } from './stored-views.ts';

const MOST_LEASES = 100;
const MOST_DUE = 500;
const MOST_RETAINED = 500;

/** Does what time has brought, in slices: ends leases, promotes what is due, lets go what is too old. O(1) when there is nothing. */
export function keepHouse(queue: MemoryQueue, now: number, maxLostLeases: number): void {
  const { life } = queue;
  if ((life.leases.firstEnd ?? Number.POSITIVE_INFINITY) <= now) endLeases(queue, now, maxLostLeases);
  if ((life.delayed.first?.dueAt ?? Number.POSITIVE_INFINITY) <= now) promote(queue, now);
  life.room.wake(now, MOST_DUE);
  for (let left = MOST_DUE; left > 0; left -= 1) {
    const expiry = life.expiries.first;
    if (expiry === undefined || expiry.dueAt > now) break;
    life.expiries.remove(expiry);
    // One that is blocked meets it when its edges are met.
    expire(queue, expiry.job, now);
  }
  life.uniques.sweep(now, MOST_DUE);
  retain(queue, now);
}

/** A job that is too late is dead, and never handed out. */
export function expire(queue: MemoryQueue, job: MemoryJob, now: number): void {
  if (queue.life.move(job, 'expire', now) !== undefined) tellAside(queue, job, 'dead', now);
}

/** What is due waits now. Jobs that their keys wait for go to the front, the last one first, so that the first stands first. */
function promote({ life }: MemoryQueue, now: number): void {
  const held: MemoryJob[] = [];
  for (let left = MOST_DUE; left > 0; left -= 1) {
    const job = life.delayed.first;
    if (job === undefined || job.dueAt > now) break;
    if (job.holdsKey) {
      life.delayed.remove(job);
      held.push(job);
    } else life.move(job, 'due', now);
  }
  for (const job of held.reverse()) life.move(job, 'due', now, { first: true });
}

/** The oldest lease first; of jobs that go back to the front the last one first, so that the first stands first. */
function endLeases(queue: MemoryQueue, now: number, maxLostLeases: number): void {
  const { life } = queue;
  const back: MemoryJob[] = [];
  for (const job of life.leases.ended(now, MOST_LEASES)) {
    const last = job.lost + 1 >= maxLostLeases;
    if (last || job.state === 'marked') endLease(queue, job, last ? 'lease-end-last' : 'lease-end', now);
    else back.push(job);
  }
  for (const job of back.reverse()) endLease(queue, job, 'lease-end', now);
}

function endLease(queue: MemoryQueue, job: MemoryJob, on: 'lease-end' | 'lease-end-last', now: number): void {
  const { life, news } = queue;
  // Before what follows from it.
  const lost = lostEvent(job, now);
  if (news.watched) news.tell(lost);
  news.setAside({ ...lost, fence: job.fence });
  const to = life.move(job, on, now, { first: true });
  if (to === 'dead' || to === 'cancelled') tellAside(queue, job, to, now);
}

function retain(queue: MemoryQueue, now: number): void {
  const { life } = queue;
  for (const shelf of [life.shelves.done, life.shelves.dead, life.shelves.cancelled]) {
    for (let left = MOST_RETAINED; left > 0; left -= 1) {
      const job = shelf.tooMuch(now);
      if (job === undefined) break;
      life.forget(job, 'retain', now);
    }
  }
}

function tellAside(queue: MemoryQueue, job: MemoryJob, event: 'dead' | 'cancelled', now: number): void {
  queue.news.setAside(endEvent(job, event, now));
}
