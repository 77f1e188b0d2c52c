import { randomUUID } from 'node:crypto';
import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineQueue } from '../../src/engine/queue-engine.ts';
import type { LeasedJob } from '../../src/engine/step-reply.ts';
import type { Settle } from '../../src/engine/step-request.ts';
import { redisEngine } from '../../src/redis/index.ts';
import { done, entryOf, nack, release } from '../../src/testing/contract/engine-rig.ts';

const policy = {
  lanes: ['high', 'normal', 'low'],
  maxLostLeases: 3,
  ...{ maxWaiting: undefined, keep: undefined, perKey: undefined, concurrency: undefined, rate: undefined },
};
const outside = /^(evalsha|eval|script|config|info|client|subscribe|ping|hello)/;

let server: Awaited<ReturnType<typeof startRedis>>;
let client: Redis;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
});
afterAll(async () => {
  client.disconnect();
  await server[Symbol.asyncDispose]();
});

/** How many commands scripts have called meanwhile: what a script costs, whatever the machine does. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  await client.config('RESETSTAT');
  await work();
  const stats = (await client.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g);
  return [...stats].reduce((sum, [, name, calls]) => (outside.test(name as string) ? sum : sum + Number(calls)), 0);
}

async function opened(): Promise<EngineQueue> {
  const queue = redisEngine(client, { deadlineMs: 20_000 }).open(`calls-${randomUUID()}`, policy);
  await queue.read('counts', {});
  return queue;
}

const add = (queue: EngineQueue, count: number, wish: (nth: number) => Parameters<typeof entryOf>[0] = () => ({})) =>
  queue.add({ request: randomUUID(), entries: Array.from({ length: count }, (_, nth) => entryOf(wish(nth))) });

function stepper(queue: EngineQueue) {
  let number = 0;
  return (want: number, settles: readonly Settle[] = [], leaseMs = 60_000) => {
    number += 1;
    const lanes = policy.lanes.map((lane) => ({ lane, quota: lane === 'normal' ? want : 0, ahead: 0 }));
    const nothing = { progress: [], renewals: [], schedules: false };
    return queue.step({ worker: 'w', number, leaseMs, settles, lanes, want, ...nothing });
  };
}

/** Takes so many, then measures the step that says of all of them what `how` makes of each. */
async function settling(count: number, how: (job: LeasedJob) => Settle, want: number): Promise<number> {
  const queue = await opened();
  await add(queue, 2 * count);
  const step = stepper(queue);
  await step(1);
  const { jobs } = await step(count);
  const calls = await callsOf(() => step(want, jobs.map(how)));
  await queue.close();
  return calls;
}

test('adds a thousand jobs in as many commands as ten', async () => {
  const queue = await opened();
  await add(queue, 1);
  const [few, many] = [await callsOf(() => add(queue, 10)), await callsOf(() => add(queue, 1000))];
  expect(few).toBeLessThanOrEqual(12);
  expect(many).toBe(few);
  const delayed = await callsOf(() => add(queue, 1000, () => ({ delayMs: 60_000 })));
  expect(delayed).toBeLessThanOrEqual(14);
  const keyed = await callsOf(() => add(queue, 1000, (nth) => ({ key: `k${nth % 10}` })));
  // Each key has a list of its own, and a turn to be looked at.
  expect(keyed).toBeLessThanOrEqual(14 + 3 * 10);
  await queue.close();
});

test('adds a flow of a thousand jobs in hardly more commands than one of ten', async () => {
  const queue = await opened();
  const chain = (count: number) => ({
    id: undefined,
    nodes: Array.from({ length: count }, (_, nth) => ({
      name: `node-${nth}`,
      entry: entryOf({ id: `${count}-${nth}` }),
      after: nth === 0 ? [] : [{ node: nth - 1, on: 'success' as const }],
    })),
  });
  await queue.control('flow', chain(2));
  const few = await callsOf(() => queue.control('flow', chain(10)));
  expect(await callsOf(() => queue.control('flow', chain(1000)))).toBeLessThanOrEqual(few + 6);
  await queue.close();
});

test('settles and takes two hundred jobs in hardly more commands than ten', async () => {
  const [few, many] = [await settling(10, (job) => done(job), 10), await settling(200, (job) => done(job), 200)];
  expect(few).toBeLessThanOrEqual(40);
  expect(many).toBeLessThanOrEqual(few + 6);
});

test('tries two hundred jobs again in hardly more commands than ten', async () => {
  const again = (delayMs: number) => (job: LeasedJob) => nack(job, { delayMs });
  for (const delayMs of [0, 1000]) {
    const [few, many] = [await settling(10, again(delayMs), 0), await settling(200, again(delayMs), 0)];
    expect(many).toBeLessThanOrEqual(few + 6);
  }
});

test('takes back two hundred jobs in hardly more commands than ten', async () => {
  const [few, many] = [await settling(10, (job) => release(job), 0), await settling(200, (job) => release(job), 0)];
  expect(many).toBeLessThanOrEqual(few + 6);
});

test('sweeps a hundred lost leases in hardly more commands than ten', async () => {
  const sweeping = async (count: number): Promise<number> => {
    const queue = await opened();
    await add(queue, count);
    const step = stepper(queue);
    await step(count, [], 500);
    await new Promise((resolve) => setTimeout(resolve, 550));
    const calls = await callsOf(() => step(0));
    expect((await queue.read('counts', {})).totals.lost).toBe(count);
    await queue.close();
    return calls;
  };
  const [few, many] = [await sweeping(10), await sweeping(100)];
  expect(many).toBeLessThanOrEqual(few + 6);
});

test('promotes five hundred jobs in hardly more commands than ten', async () => {
  const promoting = async (count: number): Promise<number> => {
    const queue = await opened();
    await add(queue, count, () => ({ delayMs: 100 }));
    const step = stepper(queue);
    await step(0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const calls = await callsOf(() => step(0));
    expect((await queue.read('counts', {})).states.waiting).toBe(count);
    await queue.close();
    return calls;
  };
  const [few, many] = [await promoting(10), await promoting(500)];
  expect(many).toBeLessThanOrEqual(few + 6);
});

test('drains a slice of two hundred jobs in hardly more commands than ten', async () => {
  const draining = async (count: number): Promise<number> => {
    const queue = await opened();
    await add(queue, count);
    const calls = await callsOf(() => queue.control('drain', { delayed: false }));
    await queue.close();
    return calls;
  };
  const [few, many] = [await draining(10), await draining(200)];
  expect(many).toBeLessThanOrEqual(few + 6);
});

test('brings dead letters back in slices of a hundred', async () => {
  const queue = await opened();
  await add(queue, 250);
  const step = stepper(queue);
  for (let left = 250; left > 0; ) {
    const { jobs } = await step(200);
    left -= jobs.length;
    await step(
      0,
      jobs.map((job) => nack(job, { maxAttempts: 1 })),
    );
  }
  const nothing = {
    ids: undefined,
    reason: undefined,
    type: undefined,
    max: undefined,
    lane: undefined,
    by: undefined,
  };
  const slices: number[] = [];
  for (let cursor: string | undefined = undefined, more = true; more; ) {
    const reply: { readonly redriven: number; readonly cursor: string | undefined } = await queue.control('redrive', {
      ...{ ...nothing, forget: false, withDependents: false, cursor },
    });
    slices.push(reply.redriven);
    cursor = reply.cursor;
    more = cursor !== undefined;
  }
  expect(slices).toEqual([100, 100, 50]);
  await queue.close();
});
