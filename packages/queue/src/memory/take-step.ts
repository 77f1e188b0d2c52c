import type { CancelledLease, LeasedJob, StepReply } from '../engine/step-reply.ts';
import type { ProgressReport, StepRequest } from '../engine/step-request.ts';
import { expire, keepHouse } from './housekeeping.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { Listener } from './news.ts';
import { holderOf, settleLeases } from './settle-lease.ts';
import { leasedJob } from './stored-views.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const NONE: readonly never[] = Object.freeze([]);

/**
 * One step of one worker. It costs a map look-up and a handful of links a job and nothing that grows with the queue; the bench
 * `work` guards it.
 */
export function takeStep(
  queue: MemoryQueue,
  request: StepRequest,
  listener: Listener,
  maxLostLeases: number,
): StepReply {
  const now = queue.now();
  const { worker, number, leaseMs } = request;
  const last = queue.replies.get(worker);
  if (last !== undefined && number === last.number) return last.reply;
  if (last !== undefined && number < last.number) return tooLate(queue, request, now);
  const { news } = queue;
  news.busy(worker);
  const verdicts = settleLeases(queue, worker, request.settles, now);
  const progressed = request.progress.length === 0 ? NONE : request.progress.map((each) => progress(queue, each, now));
  const cancelled: CancelledLease[] = [];
  const renewed = request.renewals.length === 0 ? NONE : renew(queue, request, cancelled, now);
  keepHouse(queue, now, maxLostLeases);
  const jobs = queue.paused ? [] : take(queue, request, now);
  const aside = news.aside;
  if (aside.length > 0) news.aside = [];
  const reply: StepReply = {
    verdicts,
    progressed,
    renewed,
    cancelled,
    jobs,
    nextDue: nextDue(queue, request.schedules),
    limitedUntil: limitedUntil(queue, now),
    dueSchedules: request.schedules ? queue.schedules.due(now) : NONE,
    paused: queue.paused,
    aside,
    now,
  };
  queue.replies.set(worker, { number, reply, until: now + 2 * leaseMs });
  if (queue.replies.size > 256) forgetReplies(queue, now);
  if (jobs.length < request.want) {
    news.idle(worker, listener);
    news.sooner = false;
  } else if (news.hasIdle && (news.sooner || queue.hasWork(now))) {
    news.sooner = false;
    news.wakeOne();
  }
  news.wakeSuccessor();
  return reply;
}

function take(queue: MemoryQueue, request: StepRequest, now: number): LeasedJob[] {
  const { life, gcra, concurrency } = queue;
  let most = request.want;
  if (concurrency !== undefined) most = Math.min(most, concurrency - life.leases.size);
  if (gcra !== undefined) most = gcra.room(queue.arrival, now, most);
  const jobs: LeasedJob[] = [];
  if (most > 0) {
    for (const { lane, quota } of request.lanes)
      takeFrom(queue, request, lane, Math.min(quota, most - jobs.length), now, jobs);
    // What some lanes do not use is for the others, in order; a key whose head has gone may have its turn in another lane now.
    for (let before = -1; before < jobs.length && jobs.length < most; ) {
      before = jobs.length;
      for (const { lane } of request.lanes) takeFrom(queue, request, lane, most - jobs.length, now, jobs);
    }
  }
  if (gcra !== undefined) {
    if (jobs.length > 0) queue.arrival = gcra.after(queue.arrival, now, jobs.length);
  } else if (concurrency === undefined && jobs.length === request.want) {
    for (const { lane, ahead } of request.lanes) takeFrom(queue, request, lane, ahead, now, jobs, true);
  }
  return jobs;
}

function takeFrom(
  queue: MemoryQueue,
  { worker, leaseMs }: StepRequest,
  name: string,
  most: number,
  now: number,
  into: LeasedJob[],
  keyless = false,
): void {
  const { life, news } = queue;
  const lane = life.room.lanes.get(name);
  if (lane === undefined) return;
  for (let left = most; left > 0; ) {
    const turn = lane.head;
    if (turn === undefined || (keyless && turn.isTurn)) return;
    const job = turn.isTurn ? turn.jobs.head : turn;
    if (job === undefined) return;
    const { rare } = job;
    const expiry = rare?.expiry;
    if (expiry !== undefined && expiry.dueAt <= now) {
      expire(queue, job, now);
      continue;
    }
    // Who does not know its type would have it for ever, as nobody else looks at that time.
    if (rare?.passedBy?.has(worker) && news.handOver(rare.passedBy)) return;
    life.lease(job, now, leaseMs);
    into.push(leasedJob(job));
    left -= 1;
  }
}

function renew(queue: MemoryQueue, request: StepRequest, cancelled: CancelledLease[], now: number): boolean[] {
  return request.renewals.map((lease) => {
    const job = holderOf(queue, lease, now);
    if (job === undefined) return false;
    queue.life.leases.renew(job, now, request.leaseMs);
    if (job.state === 'marked') cancelled.push({ id: lease.id, fence: lease.fence, shard: 0, reason: job.reason });
    return true;
  });
}

function progress(queue: MemoryQueue, report: ProgressReport, now: number): boolean {
  const job = holderOf(queue, report, now);
  if (job === undefined) return false;
  job.facts().progress = report.value;
  if (queue.news.watched) {
    queue.news.tell({ event: 'progress', id: job.id, type: job.record.type, at: now, progress: report.value });
  }
  return true;
}

function nextDue(queue: MemoryQueue, schedules: boolean): number | undefined {
  const { delayed, room, leases } = queue.life;
  const next = Math.min(
    delayed.first?.dueAt ?? FOREVER,
    room.later.first?.dueAt ?? FOREVER,
    leases.firstEnd ?? FOREVER,
    (schedules ? queue.schedules.firstAt : undefined) ?? FOREVER,
  );
  return next === FOREVER ? undefined : Math.ceil(next);
}

function limitedUntil(queue: MemoryQueue, now: number): number | undefined {
  if (queue.gcra === undefined) return undefined;
  const at = queue.gcra.nextAt(queue.arrival);
  return at > now && queue.life.room.hasTurn() ? Math.ceil(at) : undefined;
}

/** A step that was overtaken by a later one of its worker: its sender waits for no answer. */
function tooLate(queue: MemoryQueue, request: StepRequest, now: number): StepReply {
  return {
    verdicts: request.settles.map(() => 'lost'),
    progressed: request.progress.map(() => false),
    renewed: request.renewals.map(() => false),
    cancelled: [],
    jobs: [],
    nextDue: undefined,
    limitedUntil: undefined,
    dueSchedules: [],
    paused: queue.paused,
    aside: [],
    now,
  };
}

function forgetReplies(queue: MemoryQueue, now: number): void {
  for (const [worker, { until }] of queue.replies) if (until <= now) queue.replies.delete(worker);
}
