import type { Job as BullJob } from 'bullmq';
import type { Job } from '../job/job.ts';
import type { BullCalls } from './bull-calls.ts';
import { dataOf } from './bull-data.ts';
import { errorOf } from './bull-views.ts';
import { unsupported } from './unsupported.ts';

/** A job of BullMQ as our handlers see it. */
export class HandedBullJob implements Job {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly lane = 'normal';
  readonly key = undefined;
  readonly attempt: number;
  readonly delivery: number;
  readonly addedAt: number;
  readonly dueAt: number;
  readonly scheduledFor: number | undefined;
  readonly #job: BullJob;
  readonly #calls: BullCalls;
  readonly #abort = new AbortController();

  constructor(job: BullJob, calls: BullCalls) {
    this.#job = job;
    this.#calls = calls;
    this.id = String(job.id);
    this.type = job.name;
    this.data = dataOf(job);
    this.attempt = job.attemptsMade + 1;
    this.delivery = job.attemptsStarted;
    this.addedAt = job.timestamp;
    this.dueAt = job.timestamp + (job.delay ?? 0);
    this.scheduledFor = slotOf(job);
  }

  get fence(): bigint {
    throw unsupported('fence');
  }

  get lastError() {
    return errorOf(this.#job);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  async progress(value: unknown): Promise<void> {
    await this.#calls.leave(() => this.#job.updateProgress(value as never));
  }

  async log(line: string): Promise<void> {
    await this.#calls.leave(() => this.#job.log(String(line).slice(0, 1_000)));
  }

  once<T>(): Promise<T> {
    return Promise.reject(unsupported('once'));
  }

  dependencies(): Promise<never> {
    return Promise.reject(unsupported('flow'));
  }
}

/** BullMQ names the jobs of a scheduler by their slot: `repeat:<scheduler>:<slot ms>`. */
function slotOf(job: BullJob): number | undefined {
  if (job.repeatJobKey === undefined) return undefined;
  const slot = Number(String(job.id).split(':').at(-1));
  return Number.isSafeInteger(slot) ? slot : undefined;
}
