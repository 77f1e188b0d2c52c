import type { EngineEvent } from './engine-event.ts';
import type { CancelledLease } from './step-reply.ts';
import type { SettledJob } from './stored-job.ts';

/** Who an engine tells what happened, outside of replies. A sink never throws. Calls come in a later microtask or task, never inside a call of the queue. */
export interface EngineSink {
  /** There may be something for this worker of this process; `undefined`: for any, all should look. */
  wake(worker: string | undefined): void;
  /** Jobs whose result was registered for here have settled. */
  settled(jobs: readonly SettledJob[]): void;
  /** Leased jobs were cancelled; the leases may be of others. */
  cancelled(leases: readonly CancelledLease[]): void;
  /** The queue was paused or resumed, by anyone: what is leased and not started is to be handed back. */
  paused(paused: boolean): void;
  /** What happened in all processes, in order; only while `watch` is on. */
  events(events: readonly EngineEvent[]): void;
  /** Calls of this sink may have been lost: read again what was registered for. */
  gap(): void;
  /** The policy of `open` replaced what the queue had; the names of what changed. */
  policyChanged(changed: readonly string[]): void;
  /** Jobs may be lost for what the server is set to do; told once, when the queue is opened there. */
  unsafe?(why: string): void;
  /** So many adds that were buffered, and so acknowledged, were refused for good when they were sent. */
  refused?(jobs: number, why: unknown): void;
}
