import type { SettleVerdict } from '../engine/step-reply.ts';
import type { Lease, Settle } from '../engine/step-request.ts';
import type { JobTrigger, MachineState } from '../state/transitions.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { MoveDetails } from './move-details.ts';

/** The job of a lease that is still alive; one that has ended is nobody's, though no one has taken the job yet. */
export function holderOf(queue: MemoryQueue, lease: Lease, now: number): MemoryJob | undefined {
  const job = queue.life.jobs.get(lease.id);
  return job !== undefined && job.fence === lease.fence && job.fence !== 0 && job.until > now ? job : undefined;
}

/** Ends leases as their holder says. */
export function settleLeases(
  queue: MemoryQueue,
  worker: string,
  settles: readonly Settle[],
  now: number,
): SettleVerdict[] {
  const verdicts: SettleVerdict[] = new Array(settles.length);
  let released: number[] | undefined;
  for (let index = 0; index < settles.length; index += 1) {
    const settle = settles[index] as Settle;
    if (settle.kind === 'release') {
      released ??= [];
      released.push(index);
    } else verdicts[index] = settleOne(queue, settle, now);
  }
  released?.sort((a, b) => byReturn(settles[a] as Settle, settles[b] as Settle));
  for (const index of released ?? []) {
    const settle = settles[index] as Settle;
    verdicts[index] = settleOne(queue, settle, now);
    if (!goesToFront(settle) && verdicts[index] === 'released') passed(queue, settle, worker);
  }
  return verdicts;
}

/** It is for somebody else next, where there is anybody. */
function passed(queue: MemoryQueue, { id }: Lease, worker: string): void {
  const facts = queue.life.jobs.get(id)?.facts();
  if (facts === undefined) return;
  facts.passedBy ??= new Set();
  facts.passedBy.add(worker);
}

/** The oldest lease first; behind them those that go to the front now, the newest first: so all keep their order. */
function byReturn(one: Settle, other: Settle): number {
  const [now, later] = [goesToFront(one), goesToFront(other)];
  if (now !== later) return now ? 1 : -1;
  return now ? other.fence - one.fence : one.fence - other.fence;
}

function goesToFront(settle: Settle): boolean {
  return settle.kind === 'release' && settle.delayMs <= 0;
}

function settleOne(queue: MemoryQueue, settle: Settle, now: number): SettleVerdict {
  const job = holderOf(queue, settle, now);
  if (job === undefined) return 'lost';
  switch (settle.kind) {
    case 'done':
      return verdictOf(queue.life.move(job, 'ack', now, settle), 'done');
    case 'nack':
      return nack(queue, job, settle, now);
    case 'snooze':
      if (settle.delayMs <= 0) return giveBack(queue, job, 'snooze-now', now, { dueAt: now });
      return giveBack(queue, job, 'snooze', now, { dueAt: now + settle.delayMs });
    case 'release': {
      if (settle.delayMs <= 0) return giveBack(queue, job, 'release', now, { dueAt: now, first: true });
      return giveBack(queue, job, 'release-later', now, { dueAt: now + settle.delayMs, hold: true });
    }
  }
}

function giveBack(queue: MemoryQueue, job: MemoryJob, on: JobTrigger, now: number, how: MoveDetails): SettleVerdict {
  return verdictOf(queue.life.move(job, on, now, how), 'released');
}

function nack(queue: MemoryQueue, job: MemoryJob, settle: Settle & { kind: 'nack' }, now: number): SettleVerdict {
  const { life, news } = queue;
  const { dead, error, delayMs, maxAttempts } = settle;
  const hold = life.room.limits.onRetry === 'wait';
  let to: MachineState | undefined;
  if (dead !== undefined && dead !== 'failed') to = life.move(job, 'discard', now, { error, dead });
  else if (dead === 'failed' || job.attempt >= maxAttempts) to = life.move(job, 'nack-last', now, { error });
  else if (delayMs > 0) to = life.move(job, 'nack', now, { error, dueAt: now + delayMs, hold });
  else to = life.move(job, 'nack-now', now, { error, dueAt: now, first: hold && job.record.key !== undefined });
  const verdict = verdictOf(to, 'retry');
  if (verdict === 'retry' && news.watched) {
    const { id, record, attempt, delivery } = job;
    news.tell({ event: 'retry', id, type: record.type, at: now, attempt, delivery, error });
  }
  return verdict;
}

function verdictOf(to: MachineState | undefined, back: SettleVerdict): SettleVerdict {
  return to === 'done' || to === 'dead' || to === 'cancelled' ? to : back;
}
