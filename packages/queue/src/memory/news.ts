import type { EngineEvent } from '../engine/engine-event.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { CancelledLease } from '../engine/step-reply.ts';
import type { SettledJob } from '../engine/stored-job.ts';
import type { MemoryJob, ResultWatcher } from './memory-job.ts';

/** What nobody has asked for is forgotten at some time. */
const MOST_ASIDE = 1000;

/** Who is told of a queue's news: every opening of it, and its idle workers. */
export class News {
  /** Whether anybody watches events; nobody makes any else. */
  watched = false;
  /** Whether something is due earlier than idle workers were told. */
  sooner = false;
  /** What became of jobs that nobody reported on, for the next step to tell. */
  aside: EngineEvent[] = [];
  readonly #listeners: Set<Listener> = new Set();
  readonly #idle: Map<string, Listener> = new Map();
  #successor: string | undefined;

  setAside(event: EngineEvent): void {
    if (this.aside.length < MOST_ASIDE) this.aside.push(event);
  }

  open(listener: Listener): void {
    this.#listeners.add(listener);
  }

  close(listener: Listener): void {
    this.#listeners.delete(listener);
    for (const [worker, whose] of this.#idle) if (whose === listener) this.#idle.delete(worker);
    this.watchedBy(listener, false);
  }

  watchedBy(listener: Listener, on: boolean): void {
    listener.watching = on;
    this.watched = [...this.#listeners].some(({ watching }) => watching);
  }

  get hasIdle(): boolean {
    return this.#idle.size > 0;
  }

  idle(worker: string, listener: Listener): void {
    this.#idle.set(worker, listener);
  }

  busy(worker: string): boolean {
    return this.#idle.delete(worker);
  }

  /** The one that has been idle longest looks. */
  wakeOne(): void {
    for (const [worker, listener] of this.#idle) {
      this.#idle.delete(worker);
      listener.wake(worker);
      return;
    }
  }

  /** Whether an idle worker is none of these; it looks when the step has ended. */
  handOver(passedBy: ReadonlySet<string>): boolean {
    for (const worker of this.#idle.keys()) {
      if (passedBy.has(worker)) continue;
      this.#successor = worker;
      return true;
    }
    return false;
  }

  /** The worker for which something was left looks. */
  wakeSuccessor(): void {
    if (this.#successor === undefined) return;
    const listener = this.#idle.get(this.#successor);
    this.#idle.delete(this.#successor);
    listener?.wake(this.#successor);
    this.#successor = undefined;
  }

  wakeAll(): void {
    while (this.#idle.size > 0) this.wakeOne();
  }

  tell(event: EngineEvent): void {
    for (const listener of this.#listeners) if (listener.watching) listener.event(event);
  }

  tellSettled(job: MemoryJob, now: number): void {
    const { id, record, attempt, delivery, result, error, reason } = job;
    const event = job.state as 'done' | 'dead' | 'cancelled';
    this.tell({ event, id, type: record.type, at: now, attempt, delivery, result, error, reason });
  }

  tellPaused(paused: boolean, now: number): void {
    for (const listener of this.#listeners) listener.paused(paused);
    if (this.watched) this.tell({ event: paused ? 'paused' : 'resumed', id: '', type: '', at: now });
  }

  tellCancelled(lease: CancelledLease): void {
    for (const listener of this.#listeners) listener.cancelled(lease);
  }
}

/** One opening of a queue: gathers what its sink is told in the next microtask. */
export class Listener implements ResultWatcher {
  watching = false;
  sink: EngineSink | undefined = undefined;
  #wakes: string[] = [];
  #settled: SettledJob[] = [];
  #cancelled: CancelledLease[] = [];
  #events: EngineEvent[] = [];
  #pauses: boolean[] = [];
  #policy: string[] = [];
  #planned = false;

  wake(worker: string): void {
    this.#wakes.push(worker);
    this.#plan();
  }

  jobSettled(job: MemoryJob, missing: boolean): void {
    this.#settled.push(missing ? { id: job.id, state: 'missing' } : settledJob(job));
    this.#plan();
  }

  cancelled(lease: CancelledLease): void {
    this.#cancelled.push(lease);
    this.#plan();
  }

  event(event: EngineEvent): void {
    this.#events.push(event);
    this.#plan();
  }

  paused(paused: boolean): void {
    this.#pauses.push(paused);
    this.#plan();
  }

  policyChanged(changed: readonly string[]): void {
    this.#policy.push(...changed);
    this.#plan();
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#planned = false;
    const { sink } = this;
    const [wakes, settled, cancelled, events] = [this.#wakes, this.#settled, this.#cancelled, this.#events];
    const [pauses, policy] = [this.#pauses, this.#policy];
    this.#wakes = [];
    this.#settled = [];
    this.#cancelled = [];
    this.#events = [];
    this.#pauses = [];
    this.#policy = [];
    if (sink === undefined) return;
    if (policy.length > 0) sink.policyChanged(policy);
    for (const paused of pauses) sink.paused(paused);
    if (events.length > 0) sink.events(events);
    if (cancelled.length > 0) sink.cancelled(cancelled);
    if (settled.length > 0) sink.settled(settled);
    for (const worker of wakes) sink.wake(worker);
  }
}

/** How a settled job ended. */
export function settledJob(job: Pick<MemoryJob, 'id' | 'state' | 'result' | 'error' | 'reason'>): SettledJob {
  const { id, state, result, error, reason } = job;
  if (state === 'done') return { id, state, result };
  if (state === 'dead') return { id, state, reason: reason as 'failed', error };
  if (state === 'cancelled') return { id, state, reason };
  return { id, state: 'missing' };
}
