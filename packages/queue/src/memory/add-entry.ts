import type { AddEntry, Added, UniqueRule } from '../engine/add-request.ts';
import type { JobRecord } from '../engine/job-record.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { UniqueHolder } from './unique-holder.ts';

/** Adds one job, or says who took its place. `vacancies` is how many more the queue takes. */
export function addEntry(queue: MemoryQueue, entry: AddEntry, now: number, vacancies: number): Added {
  const { id, unique } = entry;
  const { life } = queue;
  if (id !== undefined && life.jobs.has(id)) return { id, outcome: 'exists' };
  const holder = unique && life.uniques.holder(unique.key, now);
  if (unique !== undefined && holder !== undefined) {
    const joined = join(queue, entry, unique, holder, now);
    if (joined !== undefined) return joined;
  }
  if (vacancies <= 0) return { id: id ?? '', outcome: 'full' };
  life.room.lane(entry.record.lane);
  const job = enter(queue, entry, now);
  if (unique !== undefined) life.uniques.take(job, unique, now);
  return { id: job.id, outcome: 'added' };
}

/**
 * Adds what `latest` kept back, even where the queue is full by now: it was accepted while its holder ran. Whoever has taken the key in
 * the meantime keeps it.
 */
export function addFollowUp(queue: MemoryQueue, entry: AddEntry, now: number): void {
  const { id, unique } = entry;
  const { jobs, uniques } = queue.life;
  if (id !== undefined && jobs.has(id)) return;
  const free = unique !== undefined && uniques.holder(unique.key, now) === undefined;
  const job = enter(queue, entry, now);
  if (free) uniques.take(job, unique, now);
  const { type, data } = job.record;
  queue.news.setAside({ event: 'added', id: job.id, type, at: now, data });
}

function enter(queue: MemoryQueue, entry: AddEntry, now: number): MemoryJob {
  const { id } = entry;
  const dueAt = firstDue(entry, now);
  const job = queue.life.add(id ?? queue.newId(), entry.record, now, dueAt > now ? 'add-delayed' : 'add', dueAt);
  setExpiry(queue, job, entry.expiresInMs, now);
  return job;
}

/** A job that has not started by then is dead. */
export function setExpiry(queue: MemoryQueue, job: MemoryJob, expiresInMs: number | undefined, now: number): void {
  if (expiresInMs === undefined) return;
  const expiry = { job, dueAt: 0, dueOrder: 0, dueIndex: -1 };
  job.facts().expiry = expiry;
  queue.life.expiries.put(expiry, now + expiresInMs);
}

function firstDue(entry: AddEntry, now: number): number {
  const { unique } = entry;
  if (unique?.mode === 'debounce') {
    return now + Math.min(unique.ttlMs ?? 0, unique.maxWaitMs ?? Number.POSITIVE_INFINITY);
  }
  return entry.dueAt ?? now + entry.delayMs;
}

/** What a holder makes of an add with its key; `undefined` where it holds the key no more. */
function join(
  queue: MemoryQueue,
  entry: AddEntry,
  rule: UniqueRule,
  holder: UniqueHolder<MemoryJob>,
  now: number,
): Added | undefined {
  const { job } = holder;
  const { life } = queue;
  const { id } = job;
  const open = job.state === 'waiting' || job.state === 'delayed' || job.state === 'blocked';
  const running = job.state === 'active' || job.state === 'marked';
  switch (rule.mode) {
    case 'debounce': {
      if (running) return undefined;
      if (!open) break;
      const dueAt = Math.min(now + (rule.ttlMs ?? 0), holder.lastDue);
      const record = takenOver(job.record, entry.record);
      life.shift(job, now, record, dueAt > now || job.state === 'delayed' ? dueAt : undefined);
      return { id, outcome: 'debounced' };
    }
    case 'replace':
    case 'latest':
      if (open) {
        life.shift(job, now, takenOver(job.record, entry.record), undefined);
        holder.followUp = undefined;
        return { id, outcome: 'replaced' };
      }
      if (running && rule.mode === 'latest') holder.followUp = entry;
      break;
  }
  return { id, outcome: 'duplicate' };
}

/** What the holder is and where it stands stays, what it carries is new. */
function takenOver(old: JobRecord, record: JobRecord): JobRecord {
  return { ...record, lane: old.lane, key: old.key, scheduledFor: old.scheduledFor };
}
