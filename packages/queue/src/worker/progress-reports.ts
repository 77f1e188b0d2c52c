import type { Clock, Timer } from '@xc/core';
import type { ProgressReport } from '../engine/step-request.ts';
import type { Attempt } from './attempt.ts';
import { leaseOf } from './job-calls.ts';
import { lostLease } from './lease-errors.ts';
import type { PendingProgress } from './pending-progress.ts';

const everyMs = 100;

/** Told of what was sent: the value that those who watch are shown. */
export type ProgressTold = (attempt: Attempt, shown: unknown, at: number) => void;

interface Sent {
  readonly attempt: Attempt;
  readonly taken: ReturnType<PendingProgress['take']>;
}

/** The progress that handlers tell of: of each job at most every 100 ms, and before its end is reported. */
export class ProgressReports {
  readonly #clock: Clock;
  readonly #due: () => void;
  readonly #told: ProgressTold;
  readonly #pending = new Set<Attempt>();
  #sent: readonly Sent[] = [];
  #timer: Timer | undefined;

  constructor(clock: Clock, due: () => void, told: ProgressTold) {
    this.#clock = clock;
    this.#due = due;
    this.#told = told;
  }

  /** An attempt has something to tell. */
  add(attempt: Attempt): void {
    this.#pending.add(attempt);
    if (dueAt(attempt) <= this.#clock.monotonic()) this.#due();
    else this.#wait();
  }

  get due(): boolean {
    if (this.#pending.size === 0) return false;
    const now = this.#clock.monotonic();
    for (const attempt of this.#pending) if (dueAt(attempt) <= now) return true;
    return false;
  }

  /** For the step that goes out now. */
  take(): readonly ProgressReport[] {
    if (this.#pending.size === 0) return [];
    const now = this.#clock.monotonic();
    const due = [...this.#pending].filter((attempt) => dueAt(attempt) <= now);
    this.#sent = due.map((attempt) => {
      this.#pending.delete(attempt);
      return { attempt, taken: (attempt.progress as PendingProgress).take(now) };
    });
    this.#wait();
    return this.#sent.map(({ attempt, taken }) => ({ ...leaseOf(attempt), value: taken.value }));
  }

  answered(progressed: readonly boolean[], at: number): void {
    const sent = this.#sent;
    this.#sent = [];
    for (const [index, { attempt, taken }] of sent.entries()) {
      const accepted = progressed[index] === true;
      if (accepted) this.#told(attempt, taken.shown, at);
      taken.settle(accepted ? undefined : lostLease(attempt.leased.id));
    }
  }

  /** What was not sent is never accepted. */
  close(): void {
    this.#timer?.cancel();
    for (const attempt of this.#pending) attempt.progress?.take(0).settle(lostLease(attempt.leased.id));
    this.#pending.clear();
    this.answered([], 0);
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#pending.size === 0) return;
    const next = Math.min(...[...this.#pending].map(dueAt));
    this.#timer = this.#clock.after(next - this.#clock.monotonic(), () => {
      this.#timer = undefined;
      this.#due();
      this.#wait();
    });
  }
}

/** When the progress of an attempt is to be sent: its end waits for it. */
function dueAt({ progress, state }: Attempt): number {
  if (state === 'ended' || state === 'stuck') return Number.NEGATIVE_INFINITY;
  return (progress?.sentAt ?? Number.NEGATIVE_INFINITY) + everyMs;
}
