import type { Queue as BullQueue } from 'bullmq';
import type { JobView } from '../job/job-view.ts';
import { integer, oneOf, plainObject, refuseUnknown, text } from '../option-checks.ts';
import type { Call } from '../queue/call.ts';
import type { Counts } from '../queue/counts.ts';
import type { ListOptions } from '../queue/queue.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { BullCalls } from './bull-calls.ts';
import { changeData } from './bull-data.ts';
import { bullTypes, countsOf, stateOf, viewOf } from './bull-views.ts';
import { unsupported } from './unsupported.ts';

/** What looking and changing needs of its queue. */
export interface JobsHome {
  readonly bull: BullQueue;
  readonly calls: BullCalls;
  readonly codec: ValueCodec;
  /** Tells who waits for the job, which BullMQ removes. */
  readonly onCancel: (id: string, reason: string | undefined) => void;
}

/** Looks at jobs of BullMQ and changes those that have not started. */
export class BullJobs {
  readonly #bull: BullQueue;
  readonly #calls: BullCalls;
  readonly #codec: ValueCodec;
  readonly #onCancel: JobsHome['onCancel'];

  constructor({ bull, calls, codec, onCancel }: JobsHome) {
    this.#bull = bull;
    this.#calls = calls;
    this.#codec = codec;
    this.#onCancel = onCancel;
  }

  inspect(id: string, { signal }: Call): Promise<JobView | undefined> {
    text('id', id);
    const look = async () => {
      const state = stateOf(await this.#bull.getJobState(id));
      const job = await this.#bull.getJob(id);
      if (job === undefined || state === undefined) return undefined;
      const { logs } = await this.#bull.getJobLogs(id, -100, -1);
      return viewOf(job, state, logs);
    };
    return this.#calls.ask(look, { signal });
  }

  list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    const { state, limit = 100, cursor = '0', signal } = plainObject('options', options) as ListOptions;
    oneOf('state', state, Object.keys(bullTypes));
    integer('limit', limit, 1, 1_000);
    const from = integer('cursor', Number(cursor), 0, Number.MAX_SAFE_INTEGER);
    const look = async () => {
      const types = bullTypes[state];
      if (types.length === 0) return { jobs: [] };
      const oldestFirst = !['done', 'dead'].includes(state);
      const found = await this.#bull.getJobs([...types], from, from + limit - 1, oldestFirst);
      const jobs = found.filter((job) => job !== undefined).map((job) => viewOf(job, state, []));
      return found.length < limit ? { jobs } : { jobs, cursor: String(from + limit) };
    };
    return this.#calls.ask(look, { signal });
  }

  counts({ signal }: Call): Promise<Counts> {
    return this.#calls.ask(() => this.#counts(), { signal });
  }

  cancel(
    id: string,
    { reason, signal }: { readonly reason?: string | undefined } & Call,
  ): Promise<'cancelled' | 'settled' | 'missing'> {
    text('id', id);
    const change = async () => {
      const job = await this.#bull.getJob(id);
      const state = job && stateOf(await job.getState());
      if (job === undefined || state === undefined) return 'missing';
      if (state === 'done' || state === 'dead') return 'settled';
      if (state === 'active') throw unsupported('cancel of an active job');
      this.#onCancel(id, reason);
      await job.remove();
      return 'cancelled';
    };
    return this.#calls.ask(change, { signal, changes: [id] });
  }

  update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
    { signal }: Call,
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    text('id', id);
    refuseUnknown(change, ['data', 'lane', 'delayMs'], 'change');
    if (change.lane !== undefined) throw unsupported('lane');
    this.#codec.encodeData(change.data);
    const write = async () => {
      const job = await this.#bull.getJob(id);
      const state = job && stateOf(await job.getState());
      if (job === undefined || state === undefined) return 'missing';
      if (state === 'active') return 'active';
      if (state === 'done' || state === 'dead') return 'settled';
      const { delayMs } = change;
      if (delayMs !== undefined && state !== 'delayed') throw unsupported('delay of a job that waits');
      if ('data' in change) await changeData(job, change.data);
      if (delayMs !== undefined) await (delayMs === 0 ? job.promote() : job.changeDelay(delayMs));
      return 'updated';
    };
    return this.#calls.ask(write, { signal, changes: [id] });
  }

  remove(id: string, { signal }: Call): Promise<'removed' | 'active' | 'missing'> {
    text('id', id);
    const change = async () => {
      const job = await this.#bull.getJob(id);
      if (job === undefined) return 'missing';
      if (await job.isActive()) return 'active';
      await job.remove();
      return 'removed';
    };
    return this.#calls.ask(change, { signal, changes: [id] });
  }

  drain({ delayed = false, signal }: { readonly delayed?: boolean | undefined } & Call): Promise<number> {
    const unstarted = async () => {
      const counts = await this.#counts();
      return counts.waiting + (delayed ? counts.delayed : 0);
    };
    const change = async () => {
      const before = await unstarted();
      await this.#bull.drain(delayed);
      return before - (await unstarted());
    };
    return this.#calls.ask(change, { signal, changes: [] });
  }

  async #counts(): Promise<Counts> {
    const [counts, paused] = await Promise.all([this.#bull.getJobCounts(), this.#bull.isPaused()]);
    return countsOf(counts, paused);
  }
}
