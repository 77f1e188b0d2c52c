import type { EngineControls } from '../engine/engine-controls.ts';
import { closedError } from '../queue/closed-error.ts';
import { addFlow } from './add-flow.ts';
import { drain, drop, redrive } from './bulk-changes.ts';
import { fire } from './fire-slots.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { Listener } from './news.ts';
import { setLimits } from './set-limits.ts';
import { holderOf } from './settle-lease.ts';
import { updateJob } from './update-job.ts';

/** Who asks, and what its policy says. */
export interface Asker {
  readonly listener: Listener;
  readonly maxWaiting: number | undefined;
}

type Controls = {
  readonly [Kind in keyof EngineControls]: (
    queue: MemoryQueue,
    args: EngineControls[Kind]['args'],
    now: number,
    asker: Asker,
  ) => EngineControls[Kind]['reply'];
};

/** What `control` does, by kind. */
export const controls: Controls = {
  pause(queue, _, now) {
    queue.paused = true;
    queue.news.tellPaused(true, now);
  },
  resume(queue, _, now) {
    queue.paused = false;
    queue.news.tellPaused(false, now);
    queue.news.wakeAll();
  },
  limit: setLimits,
  cancel(queue, { id, reason }, now) {
    const job = queue.life.jobs.get(id);
    if (job === undefined) return 'missing';
    const to = queue.life.move(job, 'cancel', now, { reason });
    if (to === undefined) return 'settled';
    if (to !== 'marked') return 'cancelled';
    queue.news.tellCancelled({ id, fence: job.fence, shard: 0, reason: job.reason });
    return 'requested';
  },
  update: updateJob,
  remove(queue, { id }, now) {
    const job = queue.life.jobs.get(id);
    if (job === undefined) return 'missing';
    return queue.life.forget(job, 'remove', now) ? 'removed' : 'active';
  },
  drain,
  redrive,
  drop,
  flow: (queue, request, now, { maxWaiting }) => addFlow(queue, request, now, queue.vacancies(maxWaiting)),
  schedule(queue, plan) {
    const stored = queue.schedules.put(plan);
    queue.news.wakeAll();
    return stored;
  },
  unschedule: (queue, { name }) => queue.schedules.remove(name),
  fire: (queue, request, now, { maxWaiting }) => fire(queue, request, now, queue.vacancies(maxWaiting)),
  once(queue, { name, value, ...lease }, now) {
    const job = holderOf(queue, lease, now);
    if (job === undefined) return { state: 'lost' };
    const recorded = job.rare?.once?.get(name);
    if (recorded !== undefined) return { state: 'recorded', value: recorded };
    if (value === undefined) return { state: 'absent' };
    const facts = job.facts();
    facts.once ??= new Map();
    facts.once.set(name, value);
    return { state: 'recorded', value };
  },
  log(queue, { line, ...lease }, now) {
    const job = holderOf(queue, lease, now);
    if (job === undefined) return false;
    const facts = job.facts();
    facts.logs ??= [];
    facts.logs.push(line.slice(0, 1000));
    if (facts.logs.length > 100) facts.logs.shift();
    return true;
  },
  claim({ claims }, { name, ms }, now) {
    if ((claims.get(name) ?? 0) > now) return false;
    claims.set(name, now + ms);
    return true;
  },
  leave(queue, { worker }) {
    queue.replies.delete(worker);
    queue.news.busy(worker);
    // Whoever leaves may have been the only one who knew when to look again, and leases that it leaves behind will end.
    queue.news.wakeOne();
  },
  tell(queue, seen, now) {
    queue.news.tell(seen.event === 'stuck' ? { ...seen, at: now } : { id: '', ...seen, at: now });
  },
  watch(queue, { on }, _, { listener }) {
    queue.news.watchedBy(listener, on);
  },
};

/** @throws XC_QUEUE_CLOSED */
export function refuseClosed(closed: boolean, name: string): void {
  if (closed) throw closedError(name);
}
