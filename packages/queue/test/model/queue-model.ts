import type { MachineState } from '../../src/state/transitions.ts';
import { type JobTrigger, transition } from '../../src/state/transitions.ts';

/** What can be done to a queue of two jobs and two workers. */
export type Command =
  | { readonly do: 'lease' | 'ack' | 'nack' | 'release'; readonly worker: Who }
  | { readonly do: 'add' | 'cancel' | 'redrive'; readonly id: JobName }
  | { readonly do: 'expire' | 'retention' | 'pause' | 'resume' };

export type Who = 'one' | 'two';
export type JobName = 'a' | 'b';

const workers = ['one', 'two'] as const;
const names = ['a', 'b'] as const;

/** All that can be done, whether it makes sense in a state or not. */
export const commands: readonly Command[] = [
  ...workers.flatMap((worker) => (['lease', 'ack', 'nack', 'release'] as const).map((what) => ({ do: what, worker }))),
  ...names.flatMap((id) => (['cancel', 'redrive', 'add'] as const).map((what) => ({ do: what, id }))),
  { do: 'expire' },
  { do: 'retention' },
  { do: 'pause' },
  { do: 'resume' },
];

export const MAX_ATTEMPTS = 2;
export const MAX_LOST = 2;

/** A job as the model sees it. */
export interface ModelJob {
  readonly id: JobName;
  state: MachineState;
  attempt: number;
  lost: number;
  delivery: number;
}

interface Held {
  readonly id: JobName;
  alive: boolean;
}

/**
 * A queue of at most two jobs in plain arrays: the table of transitions, the order of what waits, and who holds what. Nothing of an
 * engine is in here, so that an engine can be held to it.
 */
export class QueueModel {
  readonly jobs: ReadonlyMap<JobName, ModelJob> = new Map(names.map((id) => [id, fresh(id)]));
  readonly keyed: boolean;
  paused = false;
  waiting: JobName[] = [];
  /** In the order in which they were leased, over both workers. */
  readonly held: Record<Who, Held[]> = { one: [], two: [] };
  #leased: Held[] = [];

  constructor(keyed: boolean) {
    this.keyed = keyed;
  }

  /** Does it, and says what a caller has to be told. */
  apply(command: Command): string {
    switch (command.do) {
      case 'lease':
        return this.#lease(command.worker);
      case 'ack':
      case 'nack':
      case 'release':
        return this.#settle(command.do, command.worker);
      case 'add':
        return this.#add(this.#job(command.id));
      case 'cancel':
        return this.#cancel(this.#job(command.id));
      case 'redrive':
        return this.#redrive(this.#job(command.id));
      case 'expire':
        return this.#expire();
      case 'retention':
        this.#retain([]);
        return 'passed';
      case 'pause':
      case 'resume':
        this.paused = command.do === 'pause';
        return command.do;
    }
  }

  /** Equal for states from which the same follows: what only counts up is left out. */
  signature(): string {
    const jobs = [...this.jobs.values()].map(({ state, attempt, lost }) => [state, attempt, lost]);
    const held = workers.map((worker) => this.held[worker].map(({ id, alive }) => [id, alive]));
    return JSON.stringify([jobs, this.waiting, held, this.paused, this.#leased.map(({ id }) => id)]);
  }

  #job(id: JobName): ModelJob {
    return this.jobs.get(id) as ModelJob;
  }

  /** Moves by the table; `undefined` where it refuses. */
  #move(job: ModelJob, on: JobTrigger): MachineState | undefined {
    const row = transition(job.state, on);
    if (row === undefined) return undefined;
    job.state = row.to;
    if (row.burnsAttempt) job.attempt += 1;
    if (row.countsLoss) job.lost += 1;
    return row.to;
  }

  #lease(worker: Who): string {
    const running = [...this.jobs.values()].some(({ state }) => state === 'active' || state === 'marked');
    const [id] = this.waiting;
    if (this.paused || id === undefined || (this.keyed && running)) return 'nothing';
    this.waiting.shift();
    const job = this.#job(id);
    this.#move(job, 'lease');
    job.delivery += 1;
    const held = { id, alive: true };
    this.held[worker].push(held);
    this.#leased.push(held);
    return `${id} attempt ${job.attempt} delivery ${job.delivery}`;
  }

  #settle(how: 'ack' | 'nack' | 'release', worker: Who): string {
    const held = this.held[worker].shift();
    if (held === undefined) return 'nothing';
    if (!held.alive) return 'lost';
    this.#end(held);
    const job = this.#job(held.id);
    const last = job.attempt >= MAX_ATTEMPTS ? 'nack-last' : 'nack-now';
    const to = this.#move(job, how === 'nack' ? last : how);
    job.lost = 0;
    if (to === 'waiting') this.#wait(job, how === 'release' || this.keyed);
    if (to !== 'waiting') return String(to);
    return how === 'nack' ? 'retry' : 'released';
  }

  #add(job: ModelJob): string {
    if (this.#move(job, 'add') === undefined) return 'exists';
    Object.assign(job, fresh(job.id), { state: 'waiting' });
    this.#wait(job, false);
    return 'added';
  }

  #cancel(job: ModelJob): string {
    const before = job.state;
    const to = this.#move(job, 'cancel');
    if (to === undefined) return before === 'absent' ? 'missing' : 'settled';
    this.waiting = this.waiting.filter((id) => id !== job.id);
    return to === 'marked' ? 'requested' : 'cancelled';
  }

  #redrive(job: ModelJob): string {
    if (this.#move(job, 'redrive') === undefined) return 'missing';
    job.attempt = 1;
    job.lost = 0;
    this.#wait(job, false);
    return 'redriven';
  }

  /** So much time that all leases end, and that what had settled before is too old to be kept. */
  #expire(): string {
    const ended = this.#leased;
    this.#leased = [];
    const settled: JobName[] = [];
    for (const held of [...ended].reverse()) {
      held.alive = false;
      const job = this.#job(held.id);
      const to = this.#move(job, job.lost + 1 >= MAX_LOST ? 'lease-end-last' : 'lease-end');
      if (to === 'waiting') this.#wait(job, true);
      else settled.push(held.id);
    }
    this.#retain(settled);
    return 'passed';
  }

  #retain(but: readonly JobName[]): void {
    for (const job of this.jobs.values()) if (!but.includes(job.id)) this.#move(job, 'retain');
  }

  #wait({ id }: ModelJob, first: boolean): void {
    if (first) this.waiting.unshift(id);
    else this.waiting.push(id);
  }

  #end(held: Held): void {
    held.alive = false;
    this.#leased = this.#leased.filter((each) => each !== held);
  }
}

function fresh(id: JobName): ModelJob {
  return { id, state: 'absent', attempt: 1, lost: 0, delivery: 0 };
}
