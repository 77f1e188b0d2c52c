import type { EngineQueue } from '../../src/engine/queue-engine.ts';
import type { QueuePolicy } from '../../src/engine/queue-policy.ts';
import type { LeasedJob } from '../../src/engine/step-reply.ts';
import type { Settle, StepRequest } from '../../src/engine/step-request.ts';
import { done, entryOf, nack, release } from '../../src/testing/contract/engine-rig.ts';
import { type Command, MAX_ATTEMPTS, MAX_LOST, type QueueModel, type Who } from './queue-model.ts';

/** How long things take: ten retentions are no lease. */
export interface ModelTimes {
  readonly leaseMs: number;
  readonly keepMs: number;
}

/** The policy that the model assumes. */
export function modelPolicy({ keepMs }: ModelTimes): QueuePolicy {
  const keep = { maxAgeMs: keepMs };
  return {
    lanes: ['normal'],
    maxLostLeases: MAX_LOST,
    maxWaiting: undefined,
    keep: { done: keep, dead: keep },
    perKey: undefined,
    concurrency: undefined,
    rate: undefined,
  };
}

/** Does to an engine what is done to the model, and says what it is told in the same words. */
export class DrivenEngine {
  readonly #queue: EngineQueue;
  readonly #keyed: boolean;
  readonly #times: ModelTimes;
  readonly #pass: (ms: number) => Promise<void>;
  readonly #held: Record<Who, LeasedJob[]> = { one: [], two: [] };
  readonly #numbers: Record<string, number> = {};
  #requests = 0;
  #lastFence = 0;

  constructor(queue: EngineQueue, keyed: boolean, times: ModelTimes, pass: (ms: number) => Promise<void>) {
    this.#queue = queue;
    this.#keyed = keyed;
    this.#times = times;
    this.#pass = pass;
  }

  async apply(command: Command): Promise<string> {
    switch (command.do) {
      case 'lease':
        return this.#lease(command.worker);
      case 'ack':
      case 'nack':
      case 'release':
        return this.#settle(command.do, command.worker);
      case 'add': {
        const entry = entryOf({ id: command.id, ...(this.#keyed ? { key: 'k' } : {}) });
        this.#requests += 1;
        const { jobs } = await this.#queue.add({ request: `r${this.#requests}`, entries: [entry] });
        return String(jobs[0]?.outcome);
      }
      case 'cancel':
        return this.#queue.control('cancel', { id: command.id, reason: undefined });
      case 'redrive':
        return this.#redrive(command.id);
      case 'expire':
      case 'retention':
        await this.#pass(command.do === 'expire' ? this.#times.leaseMs : this.#times.keepMs);
        await this.#step('housekeeper', {});
        return 'passed';
      case 'pause':
      case 'resume':
        await this.#queue.control(command.do, {});
        return command.do;
    }
  }

  /** What does not agree with the model, in words. */
  async differences(model: QueueModel): Promise<string[]> {
    const wrong = [...(await this.#queue.audit())];
    const jobs = [...model.jobs.values()];
    const views = await this.#queue.read('jobs', { ids: jobs.map(({ id }) => id) });
    jobs.forEach((job, index) => {
      const view = views[index];
      const state = view?.state ?? 'absent';
      const expected = job.state === 'marked' ? 'active' : job.state;
      if (state !== expected) wrong.push(`${job.id} is ${state}, the model says ${expected}`);
      if (view === undefined) return;
      const { attempt, lostLeases, delivery } = view;
      if (attempt !== job.attempt) wrong.push(`${job.id} has attempt ${attempt}, the model says ${job.attempt}`);
      if (lostLeases !== job.lost) wrong.push(`${job.id} lost ${lostLeases} leases, the model says ${job.lost}`);
      if (delivery !== job.delivery) wrong.push(`${job.id} has delivery ${delivery}, the model says ${job.delivery}`);
    });
    const { states, paused } = await this.#queue.read('counts', {});
    for (const [state, count] of Object.entries(states)) {
      const expected = jobs.filter((job) => (job.state === 'marked' ? 'active' : job.state) === state).length;
      if (count !== expected) wrong.push(`${count} jobs are ${state}, the model says ${expected}`);
    }
    if (paused !== model.paused) wrong.push(`paused is ${paused}, the model says ${model.paused}`);
    return wrong;
  }

  async #lease(worker: Who): Promise<string> {
    const { jobs } = await this.#step(worker, { lanes: [{ lane: 'normal', quota: 1, ahead: 0 }], want: 1 });
    const [job] = jobs;
    if (job === undefined) return 'nothing';
    if (job.fence <= this.#lastFence) return `fence ${job.fence} after ${this.#lastFence}`;
    this.#lastFence = job.fence;
    this.#held[worker].push(job);
    return `${job.id} attempt ${job.attempt} delivery ${job.delivery}`;
  }

  async #settle(how: 'ack' | 'nack' | 'release', worker: Who): Promise<string> {
    const job = this.#held[worker].shift();
    if (job === undefined) return 'nothing';
    const settles: Record<typeof how, Settle> = {
      ack: done(job),
      nack: nack(job, { maxAttempts: MAX_ATTEMPTS }),
      release: release(job),
    };
    return String((await this.#step(worker, { settles: [settles[how]] })).verdicts[0]);
  }

  async #redrive(id: string): Promise<string> {
    const { redriven } = await this.#queue.control('redrive', {
      ids: [id],
      reason: undefined,
      type: undefined,
      max: undefined,
      lane: undefined,
      forget: false,
      withDependents: false,
      by: undefined,
      cursor: undefined,
    });
    return redriven === 1 ? 'redriven' : 'missing';
  }

  async #step(worker: string, wish: Partial<StepRequest>) {
    const number = (this.#numbers[worker] ?? 0) + 1;
    this.#numbers[worker] = number;
    return this.#queue.step({
      worker,
      number,
      leaseMs: this.#times.leaseMs,
      settles: [],
      progress: [],
      renewals: [],
      lanes: [],
      want: 0,
      schedules: false,
      ...wish,
    });
  }
}
