import { systemClock, XcError } from '@xc/core';
import type { JobView } from '../job/job-view.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { type BoardJob, boardJob } from './board-job.ts';
import { type BoardRepeat, type BoardScheduler, boardScheduler, reschedule, scheduleOf } from './board-schedulers.ts';
import { boardStatuses, stateUnder } from './board-statuses.ts';

type Visibility = (request: never) => boolean | Promise<boolean>;

/** Jobs looked at to find a page far down a list. */
const PAGE = 1_000;

/**
 * A queue as bull-board asks for it: every method of its adapters, the ones newer versions added included. Written out and not
 * inherited, because its base class has another path in every major version.
 */
export class BoardQueue {
  readonly readOnlyMode: boolean;
  readonly allowRetries: boolean;
  readonly allowCompletedRetries = false;
  readonly prefix = '';
  readonly delimiter = '';
  readonly displayName = '';
  readonly jobDataSchema = undefined;
  readonly externalJobUrl = undefined;
  readonly type = 'bullmq';
  readonly description: string;
  readonly supportsGlobalRateLimit = false;
  readonly supportsJobSchedulerUpdate = true;
  readonly supportsJobSchedulerRun = true;
  readonly #queue: Queue<AnyJobs>;
  readonly #formatters = new Map<string, (data: unknown) => unknown>();
  #visible: Visibility = () => true;

  constructor(queue: Queue<AnyJobs>, readOnly: boolean, description: string) {
    this.#queue = queue;
    this.readOnlyMode = readOnly;
    this.allowRetries = !readOnly;
    this.description = description;
  }

  getName = (): string => this.#queue.name;
  getDescription = (): string => this.description;
  getDisplayName = (): string => '';
  getJobDataSchema = (): undefined => undefined;
  getStatuses = (): string[] => ['latest', ...this.getJobStatuses()];
  getJobStatuses = (): string[] => Object.values(boardStatuses);

  setFormatter(field: string, formatter: (data: unknown) => unknown): void {
    this.#formatters.set(field, formatter);
  }
  format(field: string, data: unknown, defaultValue: unknown = data): unknown {
    const formatter = this.#formatters.get(field);
    return formatter === undefined ? defaultValue : formatter(data);
  }
  setVisibilityGuard(guard: Visibility): void {
    this.#visible = guard;
  }
  isVisible(request: never): boolean | Promise<boolean> {
    return this.#visible(request);
  }

  async getJob(id: string): Promise<BoardJob | undefined> {
    const job = await this.#queue.inspect(id);
    return job && this.#board(job);
  }
  async getJobs(statuses: readonly string[], start = 0, end = -1): Promise<BoardJob[]> {
    const pages = await Promise.all(statuses.map((status) => this.#page(status, start, end)));
    return pages.flat().map((job) => this.#board(job));
  }
  async getJobCounts(): Promise<Record<string, number>> {
    const counts = await this.#queue.counts();
    return Object.fromEntries(
      Object.entries(boardStatuses).map(([state, status]) => [status, counts[state as keyof typeof boardStatuses]]),
    );
  }
  async getJobLogs(id: string): Promise<string[]> {
    return [...((await this.#queue.inspect(id))?.logs ?? [])];
  }
  isPaused = async (): Promise<boolean> => (await this.#queue.counts()).paused;

  pause = (): Promise<void> => this.#write('pause', () => this.#queue.pause());
  resume = (): Promise<void> => this.#write('resume', () => this.#queue.resume());
  empty = (): Promise<void> => this.#write('empty', async () => void (await this.#queue.drain()));
  clean(status: string, graceTimeMs: number): Promise<void> {
    return this.#write('clean', () => this.#clean(status, graceTimeMs));
  }
  obliterate = (): Promise<void> => this.#write('obliterate', () => Promise.reject(unsupported('obliterate')));
  promoteAll(): Promise<void> {
    return this.#write('promote', async () => {
      for (const { id } of await this.#page(boardStatuses.delayed, 0, -1)) await this.#queue.update(id, { delayMs: 0 });
    });
  }
  addJob(
    name: string,
    data: unknown,
    options: { readonly delay?: number; readonly attempts?: number },
  ): Promise<BoardJob> {
    return this.#write('add', async () => {
      const ref = await this.#queue.add(name, data, { delayMs: options.delay, maxAttempts: options.attempts });
      return (await this.getJob(ref.id)) as BoardJob;
    });
  }

  getJobSchedulers = async (): Promise<BoardScheduler[]> => (await this.#queue.schedules()).map(boardScheduler);
  getJobSchedulersCount = async (): Promise<number> => (await this.#queue.schedules()).length;
  getArmedJobSchedulerId = async (): Promise<null> => null;
  removeJobScheduler = (id: string): Promise<boolean> => this.#write('unschedule', () => this.#queue.unschedule(id));
  updateJobScheduler(id: string, repeat: BoardRepeat): Promise<'updated' | 'not-found' | 'invalid-schedule'> {
    return this.#write('schedule', () => reschedule(this.#queue, id, repeat));
  }
  runJobSchedulerNow(id: string): Promise<BoardJob | 'not-found'> {
    return this.#write('schedule', async () => {
      const schedule = await scheduleOf(this.#queue, id);
      return schedule === undefined ? 'not-found' : this.addJob(schedule.type, schedule.data, {});
    });
  }

  // What bull-board asks of the server and the workers behind a queue, which our queues do not tell.
  getRedisInfo = async (): Promise<null> => null;
  getDatastoreStats = async (): Promise<null> => null;
  getWorkers = async (): Promise<null> => null;
  getMetrics = async () => ({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] as number[], count: 0 });
  getGlobalConcurrency = async (): Promise<null> => null;
  setGlobalConcurrency(concurrency: number): Promise<void> {
    return this.#write('limit', () => this.#queue.limit({ concurrency: concurrency > 0 ? concurrency : null }));
  }
  getConfiguredRateLimit = async (): Promise<null> => null;
  setConfiguredRateLimit = (): Promise<void> => Promise.reject(unsupported('rate limit'));
  removeConfiguredRateLimit = (): Promise<void> => Promise.reject(unsupported('rate limit'));
  getActiveRateLimitTtl = async (): Promise<number> => 0;
  releaseActiveRateLimit = (): Promise<void> => Promise.reject(unsupported('rate limit'));
  getQueueDefaultJobOptions = (): object => ({});

  #board(job: JobView): BoardJob {
    return boardJob(this.#queue, job, (what, change) => this.#write(what, change));
  }

  /** Bull-board counts pages; our lists go on from a cursor. `end` is included, -1 is the last. */
  async #page(status: string, start: number, end: number): Promise<JobView[]> {
    const state = stateUnder(status);
    if (state === undefined) return [];
    const most = end < 0 ? Number.POSITIVE_INFINITY : end + 1;
    const jobs: JobView[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#queue.list({ state, limit: Math.min(PAGE, most - jobs.length), cursor });
      jobs.push(...page.jobs);
      cursor = page.cursor;
    } while (cursor !== undefined && jobs.length < most);
    return jobs.slice(start, most);
  }

  async #clean(status: string, graceTimeMs: number): Promise<void> {
    if (status === boardStatuses.dead) return void (await this.#queue.dead.drop({ olderThanMs: graceTimeMs }));
    if (status === 'active') throw unsupported('clean active jobs');
    const jobs = await this.#page(status === 'wait' ? boardStatuses.waiting : status, 0, -1);
    const before = systemClock.now() - graceTimeMs;
    for (const { id, settledAt, addedAt } of jobs) {
      if (graceTimeMs === 0 || (settledAt ?? addedAt) < before) await this.#queue.remove(id);
    }
  }

  #write<T>(what: string, change: () => Promise<T>): Promise<T> {
    return this.readOnlyMode ? Promise.reject(unsupported(`${what} on a read-only board`)) : change();
  }
}

function unsupported(feature: string): XcError {
  return new XcError('XC_QUEUE_UNSUPPORTED', `${feature} is not supported`, { details: { feature } });
}
