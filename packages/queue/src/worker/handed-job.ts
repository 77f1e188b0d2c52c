import type { Dependency, Job } from '../job/job.ts';
import type { JobError } from '../job/job-error.ts';
import type { Attempt } from './attempt.ts';
import type { JobCalls } from './job-calls.ts';

/** A job as its handler sees it. */
export class HandedJob implements Job {
  readonly #attempt: Attempt;
  readonly #calls: JobCalls;
  readonly data: unknown;

  constructor(attempt: Attempt, calls: JobCalls) {
    this.#attempt = attempt;
    this.#calls = calls;
    this.data = attempt.data;
  }

  get id(): string {
    return this.#attempt.leased.id;
  }

  get type(): string {
    return this.#attempt.leased.record.type;
  }

  get lane(): string {
    return this.#attempt.leased.record.lane;
  }

  get key(): string | undefined {
    return this.#attempt.leased.record.key;
  }

  get attempt(): number {
    return this.#attempt.leased.attempt;
  }

  get delivery(): number {
    return this.#attempt.leased.delivery;
  }

  get fence(): bigint {
    return BigInt(this.#attempt.leased.fence);
  }

  get addedAt(): number {
    return this.#attempt.leased.addedAt;
  }

  get dueAt(): number {
    return this.#attempt.leased.dueAt;
  }

  get scheduledFor(): number | undefined {
    return this.#attempt.leased.record.scheduledFor;
  }

  get lastError(): JobError | undefined {
    return this.#attempt.leased.lastError;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  progress(value: unknown): Promise<void> {
    return this.#calls.progress(this.#attempt, value);
  }

  log(line: string): Promise<void> {
    return this.#calls.log(this.#attempt, line);
  }

  once<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T> {
    return this.#calls.once(this.#attempt, name, fn);
  }

  dependencies(): Promise<Readonly<Record<string, Dependency>>> {
    return this.#calls.dependencies(this.#attempt);
  }
}
