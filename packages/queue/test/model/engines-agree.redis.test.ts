import { randomUUID } from 'node:crypto';
import { runSeed } from '@xc/test-support/run-seed';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { EngineQueue, QueueEngine } from '../../src/engine/queue-engine.ts';
import type { QueuePolicy } from '../../src/engine/queue-policy.ts';
import type { LeasedJob, StepReply } from '../../src/engine/step-reply.ts';
import type { Lease, Settle } from '../../src/engine/step-request.ts';
import { memoryEngine } from '../../src/memory/memory-engine.ts';
import { queueTag, redisEngine } from '../../src/redis/index.ts';
import { bytes, done, entryOf, nack, release, snooze } from '../../src/testing/contract/engine-rig.ts';

const LONG = process.env.XC_LONG === '1';
const RUNS = LONG ? 4800 : 240;
const LINES = 12;
const LANES = ['high', 'normal', 'low'] as const;
const prefix = `agree${randomUUID().slice(0, 8)}`;

const small = (max: number) => fc.nat(max);
const lane = fc.constantFrom(...LANES);
const id = small(11).map((n) => `j${n}`);
const maybe = <T>(value: fc.Arbitrary<T>, often = 2) => fc.option(value, { nil: undefined, freq: often });
const entry = fc.record({
  id,
  lane,
  key: maybe(small(1).map((n) => `k${n}`)),
  delayMs: fc.constantFrom(0, 0, 0, 50, 400),
  expiresInMs: maybe(fc.constantFrom(60, 700), 1),
  unique: maybe(
    fc.record({ key: fc.constant('u'), mode: fc.constantFrom('drop', 'replace', 'latest', 'throttle', 'debounce') }),
    1,
  ),
});
const add = fc.record({
  do: fc.constant('add' as const),
  entries: fc.array(entry, { minLength: 1, maxLength: 4, size: 'small' }),
});
const take = fc.record({
  do: fc.constant('take' as const),
  worker: small(1),
  quotas: fc.tuple(small(2), small(2), small(2)),
  want: small(4),
  ahead: small(2),
});
const how = fc.constantFrom('done', 'done', 'nack', 'nackLater', 'die', 'snooze', 'release', 'releaseLater');
const settle = fc.record({
  do: fc.constant('settle' as const),
  settles: fc.array(fc.record({ which: small(5), how }), { minLength: 1, maxLength: 4, size: 'small' }),
  want: fc.constantFrom(0, 0, 1, 2),
});
const renew = fc.record({ do: fc.constant('renew' as const), which: small(5), progress: fc.boolean() });
const rate = fc.constantFrom(
  undefined,
  undefined,
  null,
  { max: 2, perMs: 100, burst: 2 },
  { max: 3, perMs: 200, burst: 3 },
  { max: 1, perMs: 900 },
);
const other = fc.oneof(
  fc.record({ do: fc.constantFrom('cancel' as const, 'remove' as const, 'redrive' as const, 'drop' as const), id }),
  fc.record({ do: fc.constant('update' as const), id, lane: maybe(lane), delayMs: maybe(fc.constantFrom(0, 100)) }),
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'drain' as const) }),
  fc.record({
    do: fc.constant('limit' as const),
    concurrency: fc.constantFrom(undefined, null, 1, 3),
    rate,
    perKey: maybe(fc.constantFrom(1, 2)),
    keyRate: rate,
  }),
  fc.record({
    do: fc.constant('flow' as const),
    n: small(3),
    on: fc.constantFrom('success' as const, 'settled' as const),
  }),
);
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 60, 300, 1100) });
const command = fc.oneof(
  { weight: 4, arbitrary: add },
  { weight: 4, arbitrary: take },
  { weight: 4, arbitrary: settle },
  { weight: 1, arbitrary: renew },
  { weight: 2, arbitrary: pass },
  { weight: 3, arbitrary: other },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

const policy: QueuePolicy = {
  lanes: LANES,
  maxLostLeases: 2,
  maxWaiting: 20,
  keep: { done: { count: 3 }, dead: { count: 5, maxAgeMs: 2000 } },
  perKey: undefined,
  concurrency: undefined,
  rate: undefined,
};

/** One engine, and the leases that were taken from it, in the order of the takes. */
class Side {
  readonly #queue: EngineQueue;
  readonly #pass: (ms: number) => Promise<void>;
  readonly #held: LeasedJob[] = [];
  readonly #numbers = [0, 0, 0];
  #flows = 0;

  constructor(queue: EngineQueue, pass: (ms: number) => Promise<void>) {
    this.#queue = queue;
    this.#pass = pass;
  }

  async do(each: Command): Promise<unknown> {
    const queue = this.#queue;
    switch (each.do) {
      case 'add': {
        const entries = each.entries.map(({ unique, ...wish }) => {
          const ttlMs = unique?.mode === 'throttle' || unique?.mode === 'debounce' ? 200 : undefined;
          const whole = { ...wish, data: bytes(wish.id), unique: unique && { ...unique, ttlMs, maxWaitMs: 500 } };
          return entryOf(whole as never);
        });
        return (await queue.add({ request: randomUUID(), entries })).jobs;
      }
      case 'take': {
        const lanes = LANES.map((name, index) => ({
          lane: name,
          quota: each.quotas[index] ?? 0,
          ahead: each.ahead,
        }));
        return this.#took(await this.#step(each.worker, { lanes, want: each.want }), each.want);
      }
      case 'settle': {
        const settles = each.settles.flatMap(({ which, how }) => {
          const [job] = this.#held.splice(which % Math.max(this.#held.length, 1), 1);
          return job === undefined ? [] : settleOf(job, how);
        });
        const lanes = LANES.map((name) => ({ lane: name, quota: each.want, ahead: 0 }));
        const reply = await this.#step(2, { settles, lanes, want: each.want });
        return [reply.verdicts, this.#took(reply, each.want)];
      }
      case 'renew': {
        const job = this.#held[each.which % Math.max(this.#held.length, 1)];
        if (job === undefined) return 'nothing';
        const progress = each.progress ? [{ ...leaseOf(job), value: bytes('half') }] : [];
        const reply = await this.#step(2, { renewals: [leaseOf(job)], progress });
        return [reply.renewed, reply.progressed, reply.cancelled.map(({ id, reason }) => [id, reason])];
      }
      case 'cancel':
        return queue.control('cancel', { id: each.id, reason: 'enough' });
      case 'remove':
        return queue.control('remove', { id: each.id });
      case 'redrive':
        return queue.control('redrive', {
          ...{ ids: [each.id], reason: undefined, type: undefined, max: undefined, lane: undefined },
          ...{ forget: false, withDependents: true, by: undefined, cursor: undefined },
        });
      case 'drop':
        return queue.control('drop', { ids: [each.id], reason: undefined, type: undefined, olderThanMs: undefined });
      case 'update':
        return queue.control('update', {
          id: each.id,
          data: undefined,
          lane: each.lane,
          delayMs: each.delayMs,
        });
      case 'drain':
        return queue.control('drain', { delayed: true });
      case 'pause':
      case 'resume':
        return queue.control(each.do, {});
      case 'limit':
        return queue.control('limit', {
          ...{ concurrency: each.concurrency, rate: each.rate },
          perKey: { concurrency: each.perKey, rate: each.keyRate },
        });
      case 'flow': {
        this.#flows += 1;
        const node = (n: number) => entryOf({ id: `f${this.#flows}-${n}`, lane: LANES[n % 3] as string });
        const nodes = Array.from({ length: each.n + 1 }, (_, n) => ({
          name: `n${n}`,
          entry: node(n),
          after: n === 0 ? [] : [{ node: n - 1, on: each.on }],
        }));
        return (await queue.control('flow', { id: `flow${this.#flows}`, nodes })).outcome;
      }
      case 'pass':
        await this.#pass(each.ms);
        await this.#step(2, {});
        return 'passed';
    }
  }

  async sight(): Promise<unknown> {
    await this.#step(2, {});
    const { states, totals, paused } = await this.#queue.read('counts', {});
    const lists: Record<string, unknown> = {};
    for (const state of ['waiting', 'delayed', 'done', 'dead', 'cancelled', 'blocked', 'active'] as const) {
      const { jobs } = await this.#queue.read('list', {
        state,
        limit: 100,
        cursor: undefined,
        reason: undefined,
        type: undefined,
      });
      const seen = jobs.map((job) => [
        job.id,
        job.attempt,
        job.delivery,
        job.lostLeases,
        job.record.lane,
        job.dueAt,
        job.reason,
        job.record.key,
      ]);
      // Of what is in no line engines list in an order of their own.
      lists[state] = state === 'blocked' || state === 'active' ? seen.sort() : seen;
    }
    return { states, totals, paused, lists, audit: await this.#queue.audit() };
  }

  /** What a step gave, and when it says to look again. */
  #took({ jobs, nextDue, limitedUntil, paused, aside }: StepReply, want: number): unknown {
    this.#held.push(...jobs);
    return {
      jobs: jobs.map((job) => [job.id, job.attempt, job.delivery, job.record.lane, String(job.record.data)]),
      aside: aside.map(({ event, id, reason }) => [event, id, reason].join(' ')).sort(),
      // Who got all it wanted need not be told when there is more.
      nextDue: jobs.length < want ? nextDue : undefined,
      ...{ limitedUntil, paused },
    };
  }

  async #step(worker: number, wish: object) {
    this.#numbers[worker] = (this.#numbers[worker] ?? 0) + 1;
    const request = { settles: [], progress: [], renewals: [], lanes: [], want: 0, schedules: false };
    return this.#queue.step({
      worker: `w${worker}`,
      number: this.#numbers[worker] as number,
      leaseMs: 1000,
      ...request,
      ...wish,
    });
  }
}

function leaseOf({ id, fence, shard }: LeasedJob): Lease {
  return { id, fence, shard };
}

function settleOf(job: LeasedJob, how: string): Settle {
  switch (how) {
    case 'done':
      return done(job, bytes('result'));
    case 'nack':
      return nack(job, { maxAttempts: 3 });
    case 'nackLater':
      return nack(job, { maxAttempts: 3, delayMs: 80 });
    case 'die':
      return nack(job, { dead: 'discarded' });
    case 'snooze':
      return snooze(job, 80);
    default:
      return release(job, how === 'releaseLater' ? 80 : 0);
  }
}

let client: Redis;
let redis: QueueEngine;
beforeAll(() => {
  client = new Redis(inject('redis'));
  redis = redisEngine(client, { prefix, deadlineMs: 20_000 });
});
afterAll(() => {
  client.disconnect();
});

/** The same commands to both, under one time that only the test moves. */
async function compare(commands: readonly Command[]): Promise<void> {
  const name = `q${randomUUID().slice(0, 13)}`;
  const epoch = Date.now() + 86_400_000;
  let ms = 0;
  const clock = {
    now: () => epoch + ms,
    monotonic: () => ms,
    sleep: () => Promise.reject(new Error()),
    after: () => ({ cancel: () => {} }),
    every: () => ({ cancel: () => {} }),
  };
  const there = redis.open(name, policy);
  const steer = async () => void (await client.hset(`{${queueTag(name, 0, 1, prefix)}}:m`, 't', epoch + ms));
  try {
    await steer();
    const memory = new Side(memoryEngine({ clock }).open(name, policy), async (more) => {
      ms += more;
    });
    const server = new Side(there, steer);
    for (const each of commands) {
      const expected = await memory.do(each);
      expect(await server.do(each), JSON.stringify(each)).toEqual(expected);
    }
    expect(await server.sight()).toEqual(await memory.sight());
  } finally {
    await there.close();
  }
}

test('does on Redis what it does in memory, over random sequences of all that an engine can be told', async () => {
  // New sequences in long runs, the same ones in short ones.
  const seed = runSeed(64_021);
  await Promise.all(
    Array.from({ length: LINES }, (_, line) =>
      fc.assert(fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: LONG ? 120 : 40 }), compare), {
        numRuns: RUNS / LINES,
        seed: seed + line,
      }),
    ),
  );
});
