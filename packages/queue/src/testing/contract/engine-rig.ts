import { deepStrictEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddEntry, Added, UniqueRule } from '../../engine/add-request.ts';
import type { EngineControls } from '../../engine/engine-controls.ts';
import type { EngineEvent } from '../../engine/engine-event.ts';
import type { EngineReads } from '../../engine/engine-reads.ts';
import type { EngineQueue } from '../../engine/queue-engine.ts';
import type { QueuePolicy } from '../../engine/queue-policy.ts';
import type { CancelledLease, LeasedJob, SettleVerdict, StepReply } from '../../engine/step-reply.ts';
import type { Settle, StepRequest } from '../../engine/step-request.ts';
import type { SettledJob, StoredJob } from '../../engine/stored-job.ts';
import type { JobError } from '../../job/job-error.ts';
import type { EngineFixture } from '../engine-fixture.ts';

/** What a test wants of a job; the rest is as plain as can be. */
export interface JobWish {
  readonly id?: string;
  readonly type?: string;
  readonly data?: Uint8Array;
  readonly lane?: string;
  readonly key?: string;
  readonly delayMs?: number;
  readonly dueAt?: number;
  readonly expiresInMs?: number;
  readonly unique?: Partial<UniqueRule> & { readonly key: string };
  readonly scheduledFor?: number;
}

/** An error as handlers leave it. */
export const failure: JobError = { name: 'Error', message: 'broken', code: undefined, stack: undefined };

/** How long leases of the contract last, where a case does not say. */
export const LEASE_MS = 60_000;

/** A span before whose end something is to happen: where time really passes, a busy machine may hold up every call. */
export const SPAN_MS = 1_000;

/** A queue of an engine, driven by hand: every worker's steps are numbered, and what the sink is told is kept. */
export class EngineRig {
  readonly fixture: EngineFixture;
  readonly name: string;
  readonly woken: string[] = [];
  readonly settled: SettledJob[] = [];
  readonly cancelled: CancelledLease[] = [];
  readonly events: EngineEvent[] = [];
  readonly pauses: boolean[] = [];
  readonly policyChanges: string[] = [];
  readonly #opened: EngineQueue[] = [];
  readonly #numbers: Map<string, number> = new Map();
  #queue: EngineQueue | undefined = undefined;

  constructor(fixture: EngineFixture) {
    this.fixture = fixture;
    this.name = `contract-${randomUUID().slice(0, 13)}`;
  }

  /** Opens the queue with this policy; the first one opened is the one that is driven. */
  open(policy: Partial<QueuePolicy> = {}): EngineQueue {
    const queue = this.fixture.engine.open(this.name, {
      lanes: ['high', 'normal', 'low'],
      maxLostLeases: 3,
      maxWaiting: undefined,
      keep: undefined,
      perKey: undefined,
      concurrency: undefined,
      rate: undefined,
      ...policy,
    });
    queue.onWake({
      wake: (worker) => void this.woken.push(worker ?? ''),
      settled: (jobs) => void this.settled.push(...jobs),
      cancelled: (leases) => void this.cancelled.push(...leases),
      paused: (paused) => void this.pauses.push(paused),
      events: (events) => void this.events.push(...events),
      gap: () => {},
      policyChanged: (changed) => void this.policyChanges.push(...changed),
    });
    this.#opened.push(queue);
    this.#queue ??= queue;
    return queue;
  }

  get queue(): EngineQueue {
    return this.#queue ?? this.open();
  }

  async add(...wishes: readonly JobWish[]): Promise<readonly Added[]> {
    const { jobs } = await this.queue.add({ request: randomUUID(), entries: wishes.map(entryOf) });
    return jobs;
  }

  /** Adds jobs of these ids, alike but for them. */
  async addAll(ids: readonly string[], wish: JobWish = {}): Promise<void> {
    await this.add(...ids.map((id) => ({ ...wish, id })));
  }

  async step(worker: string, wish: Partial<StepRequest> = {}): Promise<StepReply> {
    const number = wish.number ?? (this.#numbers.get(worker) ?? 0) + 1;
    this.#numbers.set(worker, Math.max(number, this.#numbers.get(worker) ?? 0));
    return this.queue.step({
      worker,
      leaseMs: LEASE_MS,
      settles: [],
      progress: [],
      renewals: [],
      lanes: ['high', 'normal', 'low'].map((lane) => ({ lane, quota: wish.want ?? 0, ahead: 0 })),
      want: 0,
      schedules: false,
      ...wish,
      number,
    });
  }

  /** Takes up to so many. */
  async take(want = 1, wish: Partial<StepRequest> & { readonly worker?: string } = {}): Promise<readonly LeasedJob[]> {
    return (await this.step(wish.worker ?? 'w', { ...wish, want })).jobs;
  }

  /** Takes one that must be there. */
  async takeOne(wish: Partial<StepRequest> & { readonly worker?: string } = {}): Promise<LeasedJob> {
    const [job] = await this.take(1, wish);
    ok(job, 'there is a job to take');
    return job;
  }

  async takeIds(want: number): Promise<readonly string[]> {
    return (await this.take(want)).map(({ id }) => id);
  }

  async settle(...settles: readonly Settle[]): Promise<readonly SettleVerdict[]> {
    return (await this.step('w', { settles })).verdicts;
  }

  async ack(...jobs: readonly LeasedJob[]): Promise<readonly SettleVerdict[]> {
    return this.settle(...jobs.map((job) => done(job)));
  }

  /** Does what time has brought: a look without want. */
  async house(): Promise<StepReply> {
    return this.step('housekeeper');
  }

  async pass(ms: number): Promise<void> {
    await this.fixture.pass(ms);
    await this.house();
  }

  async control<Kind extends keyof EngineControls>(
    kind: Kind,
    args: EngineControls[Kind]['args'],
  ): Promise<EngineControls[Kind]['reply']> {
    return this.queue.control(kind, args);
  }

  async read<Kind extends keyof EngineReads>(
    kind: Kind,
    args: EngineReads[Kind]['args'],
  ): Promise<EngineReads[Kind]['reply']> {
    return this.queue.read(kind, args);
  }

  async find(id: string): Promise<StoredJob | undefined> {
    return (await this.read('jobs', { ids: [id] }))[0];
  }

  /** A job that must be there. */
  async inspect(id: string): Promise<StoredJob> {
    const job = await this.find(id);
    ok(job, `there is a job ${id}`);
    return job;
  }

  async states(...ids: readonly string[]): Promise<readonly (string | undefined)[]> {
    return (await this.read('jobs', { ids })).map((job) => job?.state);
  }

  async cancel(id: string, reason?: string): Promise<EngineControls['cancel']['reply']> {
    return this.control('cancel', { id, reason });
  }

  /** Waits for what the engine pushes, for a bounded time. */
  async until(holds: () => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < 200 && !holds(); turn += 1) {
      if (turn < 20) await new Promise((resolve) => setImmediate(resolve));
      else await this.fixture.pass(10);
    }
    ok(holds(), what);
  }

  async checkAudit(): Promise<void> {
    deepStrictEqual(await this.queue.audit(), []);
  }

  async close(): Promise<void> {
    for (const queue of this.#opened) await queue.close();
  }
}

/** What the engine is given for a wish. */
export function entryOf(wish: JobWish): AddEntry {
  const { id, type = 'job', data, lane = 'normal', key, delayMs = 0, dueAt, expiresInMs, unique, scheduledFor } = wish;
  return {
    id,
    record: { type, data, lane, key, scheduledFor, settings: undefined },
    delayMs,
    dueAt,
    expiresInMs,
    unique: unique && { mode: 'drop', ttlMs: undefined, maxWaitMs: undefined, ...unique },
  };
}

/** It went well. */
export function done(job: LeasedJob, result?: Uint8Array): Settle {
  return { kind: 'done', id: job.id, fence: job.fence, shard: job.shard, result };
}

/** It failed. */
export function nack(job: LeasedJob, how: Partial<Omit<Settle & { kind: 'nack' }, 'kind'>> = {}): Settle {
  const { id, fence, shard } = job;
  return { kind: 'nack', id, fence, shard, error: failure, maxAttempts: 5, delayMs: 0, dead: undefined, ...how };
}

/** It gives way. */
export function snooze(job: LeasedJob, delayMs: number): Settle {
  return { kind: 'snooze', id: job.id, fence: job.fence, shard: job.shard, delayMs };
}

/** It is handed back. */
export function release(job: LeasedJob, delayMs = 0): Settle {
  return { kind: 'release', id: job.id, fence: job.fence, shard: job.shard, delayMs };
}

/** Some bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What bytes say. */
export function textOf(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}
