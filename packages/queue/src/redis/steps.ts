import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { LeasedJob, StepReply } from '../engine/step-reply.ts';
import type { Lease, StepRequest } from '../engine/step-request.ts';
import { type CallBounds, ScriptRefusal } from './connection.ts';
import { lanesOverShards } from './lanes-over-shards.ts';
import type { OpenQueue } from './open-queue.ts';
import { recordFlags } from './record-bytes.ts';
import type { Raw } from './scripts.ts';
import { type StepCall, stepCall, stepReply } from './step-call.ts';

/** A step is at most so many calls of one shard. */
const ROUNDS = 64;
const MOST_JOBS = 200;
const NOT_PLAIN = recordFlags.unique | recordFlags.flow;
/** Leases of workers that let them end are forgotten at some time. */
const MOST_KNOWN = 100_000;

/** What one worker has under way: its calls are kept until the next step, so that a repeated one sends the same again. */
interface WorkerSteps {
  number: number;
  idle: boolean;
  /** Nothing of it is under way, and it would take what is added. */
  standsBy: boolean;
  readonly calls: Map<string, { readonly call: StepCall; answer?: readonly Raw[] }>;
}

/** A worker that waits for jobs, and the number of its next step. */
export interface Standby {
  readonly worker: string;
  readonly number: number;
}

/** The number that a shard is told of a step. */
export function numberOf({ shards }: OpenQueue, number: number, round = 0): number {
  return shards.length === 1 ? number : number * ROUNDS + round;
}

/** The steps of all workers of this process. With one shard a step is one call. */
export class Steps {
  readonly #policy: QueuePolicy;
  readonly #workers = new Map<string, WorkerSteps>();
  /** Keys, `''` for none, by fences of leases whose jobs have no unique key and no flow. */
  readonly #plain = new Map<string, string>();

  constructor(policy: QueuePolicy) {
    this.#policy = policy;
  }

  /** A worker ends. */
  leave(worker: string): void {
    this.#workers.delete(worker);
  }

  /** A worker that would take what is added, and whose next step leaves when it is woken: that is up to who asks. */
  standby(): Standby | undefined {
    for (const [worker, steps] of this.#workers) {
      if (!steps.standsBy) continue;
      steps.standsBy = false;
      return { worker, number: steps.number + 1 };
    }
    return undefined;
  }

  async step(queue: OpenQueue, request: StepRequest, bounds: CallBounds): Promise<StepReply> {
    const steps = this.#stepsOf(request);
    const reply = await this.#all(queue, request, steps, bounds);
    steps.idle = reply.jobs.length < request.want;
    steps.standsBy = steps.idle && !reply.paused && reply.limitedUntil === undefined;
    for (const settle of request.settles) this.#plain.delete(nameOf(settle));
    return reply;
  }

  #stepsOf({ worker, number }: StepRequest): WorkerSteps {
    const known = this.#workers.get(worker);
    if (known?.number === number) return known;
    const steps: WorkerSteps = { number, idle: known?.idle ?? false, standsBy: false, calls: new Map() };
    this.#workers.set(worker, steps);
    return steps;
  }

  async #all(queue: OpenQueue, request: StepRequest, steps: WorkerSteps, bounds: CallBounds): Promise<StepReply> {
    const { length } = queue.shards;
    if (length === 1) return this.#one(queue, 0, 0, request, steps, bounds);
    const merged = new MergedReply(request);
    const all = queue.shards.map(({ index }) => index);
    // What is wanted is shared out, beginning with another shard each time; then whoever may have more is asked for the rest.
    let asked = partsOf(request, all, request.number);
    const full = new Set(all);
    for (let round = 0; round < ROUNDS; round += 1) {
      const parts = await Promise.all(
        asked.map(async ({ shard, part }) => ({
          ...{ shard, want: part.want },
          reply: await this.#one(queue, shard, round, part, steps, bounds),
        })),
      );
      for (const { shard, want, reply } of parts) {
        merged.take(shard, reply, want, round === 0);
        if (reply.jobs.length < want || reply.limitedUntil !== undefined) full.delete(shard);
      }
      if (merged.missing <= 0 || full.size === 0) break;
      asked = partsOf(merged.rest(), [...full], round).filter(({ part }) => part.want > 0);
    }
    return merged.reply();
  }

  async #one(
    queue: OpenQueue,
    shard: number,
    round: number,
    request: StepRequest,
    steps: WorkerSteps,
    bounds: CallBounds,
  ): Promise<StepReply> {
    const name = `${shard} ${round}`;
    let sent = steps.calls.get(name);
    if (sent === undefined) {
      const number = numberOf(queue, request.number, round);
      const worker = queue.process + request.worker;
      const plain = { keyOf: (lease: Lease) => this.#plain.get(nameOf(lease)) };
      const call = stepCall(bounded(request), worker, number, steps.idle, this.#policy, queue.lanes, plain);
      sent = { call };
      steps.calls.set(name, sent);
    }
    try {
      sent.answer ??= await (queue.shards[shard] as OpenQueue['shards'][number]).run('step', sent.call.args, bounds);
    } catch (error) {
      if (error instanceof ScriptRefusal && error.why === 'XCSTALE') return tooLate(request);
      throw error;
    }
    return stepReply(sent.answer, sent.call, request, queue.lanes, shard, (job, record) => this.#learn(job, record));
  }

  #learn(job: LeasedJob, record: Buffer): void {
    // One that was leased before may have lost leases, which its settle forgives.
    if (((record[16] as number) & NOT_PLAIN) !== 0 || job.delivery > 1) return;
    if (this.#plain.size >= MOST_KNOWN) this.#plain.clear();
    this.#plain.set(nameOf(job), job.record.key ?? '');
  }
}

/** The replies of several shards as one. */
class MergedReply {
  readonly #now: LeasedJob[] = [];
  readonly #ahead: LeasedJob[] = [];
  readonly #request: StepRequest;
  readonly #replies: { readonly shard: number; readonly reply: StepReply }[] = [];
  readonly #first = new Map<number, StepReply>();

  constructor(request: StepRequest) {
    this.#request = request;
  }

  /** The first of so many jobs are for now, in every shard. */
  take(shard: number, reply: StepReply, want: number, first: boolean): void {
    this.#replies.push({ shard, reply });
    if (first) this.#first.set(shard, reply);
    this.#now.push(...reply.jobs.slice(0, want));
    this.#ahead.push(...reply.jobs.slice(want));
  }

  /** How many are wanted yet. */
  get missing(): number {
    return this.#request.want - this.#now.length - this.#ahead.length;
  }

  /** What is still to be asked for: nothing but jobs, and of each lane what it has not given. */
  rest(): StepRequest {
    const given = new Map<string, number>();
    for (const { record } of this.#now) given.set(record.lane, (given.get(record.lane) ?? 0) + 1);
    const lanes = this.#request.lanes.map(({ lane, quota }) => {
      return { lane, quota: Math.max(0, quota - (given.get(lane) ?? 0)), ahead: 0 };
    });
    return { ...this.#request, settles: [], progress: [], renewals: [], want: this.missing, lanes };
  }

  reply(): StepReply {
    const { settles, progress, renewals } = this.#request;
    const replies = this.#replies.map(({ reply }) => reply);
    // Only the last word of each shard tells when to look again.
    const latest = replies.reduce((one, other) => (other.now > one.now ? other : one));
    const last = [...new Map(this.#replies.map(({ shard, reply }) => [shard, reply])).values()];
    return {
      verdicts: this.#spread(settles, ({ verdicts }) => verdicts),
      progressed: this.#spread(progress, ({ progressed }) => progressed),
      renewed: this.#spread(renewals, ({ renewed }) => renewed),
      cancelled: replies.flatMap(({ cancelled }) => cancelled),
      jobs: [...this.#now, ...this.#ahead],
      nextDue: least(last.map(({ nextDue }) => nextDue)),
      limitedUntil: least(last.map(({ limitedUntil }) => limitedUntil)),
      dueSchedules: last.flatMap(({ dueSchedules }) => dueSchedules),
      paused: last.some(({ paused }) => paused),
      aside: replies.flatMap(({ aside }) => aside),
      now: latest.now,
      nowPart: latest.nowPart,
    };
  }

  #spread<T>(leases: readonly Lease[], part: (reply: StepReply) => readonly T[]): readonly T[] {
    const next = new Map<number, number>();
    return leases.map(({ shard }) => {
      const at = next.get(shard) ?? 0;
      next.set(shard, at + 1);
      return part(this.#first.get(shard) as StepReply)[at] as T;
    });
  }
}

/** A step that was overtaken by a later one of its worker: its sender waits for no answer. */
function tooLate({ settles, progress, renewals }: StepRequest): StepReply {
  return {
    verdicts: settles.map(() => 'lost'),
    progressed: progress.map(() => false),
    renewed: renewals.map(() => false),
    ...{ cancelled: [], jobs: [], dueSchedules: [], aside: [] },
    ...{ nextDue: undefined, limitedUntil: undefined, paused: false, now: 0 },
  };
}

/** What each of these shards is asked for. */
function partsOf(
  request: StepRequest,
  shards: readonly number[],
  from: number,
): readonly { readonly shard: number; readonly part: StepRequest }[] {
  const { length } = shards;
  const wants = shards.map((_, nth) => share(request.want, (nth + from) % length, length));
  const lanes = lanesOverShards(request.lanes, wants, from);
  return shards.map((shard, nth) => {
    const mine = (lease: Lease): boolean => lease.shard === shard;
    const part: StepRequest = {
      ...request,
      want: wants[nth] as number,
      settles: request.settles.filter(mine),
      progress: request.progress.filter(mine),
      renewals: request.renewals.filter(mine),
      lanes: lanes[nth] as StepRequest['lanes'],
    };
    return { shard, part };
  });
}

/** A call gives at most so many jobs. */
function bounded(request: StepRequest): StepRequest {
  const want = Math.min(request.want, MOST_JOBS);
  let left = MOST_JOBS - want;
  const lanes = request.lanes.map(({ lane, quota, ahead }) => {
    const more = Math.min(ahead, left);
    left -= more;
    return { lane, quota: Math.min(quota, want), ahead: more };
  });
  return { ...request, want, lanes };
}

function share(whole: number, nth: number, parts: number): number {
  return Math.floor(whole / parts) + (nth < whole % parts ? 1 : 0);
}

function nameOf({ shard, fence }: Lease): string {
  return `${shard} ${fence}`;
}

function least(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
