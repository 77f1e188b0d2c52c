import { randomUUID } from 'node:crypto';
import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { EngineQueue } from '../../src/engine/queue-engine.ts';
import { queueTag, redisEngine } from '../../src/redis/index.ts';
import { done, entryOf } from '../../src/testing/contract/engine-rig.ts';

const LONG = process.env.XC_LONG === '1';
const policy = {
  lanes: ['high', 'normal', 'low'],
  maxLostLeases: 3,
  ...{
    maxWaiting: undefined,
    keep: { done: { count: 0 } },
    perKey: undefined,
    concurrency: undefined,
    rate: undefined,
  },
};

async function fill(queue: EngineQueue, jobs: number, wish: Parameters<typeof entryOf>[0] = {}): Promise<void> {
  for (let from = 0; from < jobs; from += 1_000) {
    const entries = Array.from({ length: Math.min(1_000, jobs - from) }, () => entryOf(wish));
    await queue.add({ request: randomUUID(), entries });
  }
}

/** One worker, driven by hand; what it holds it settles with its next step. */
function driver(queue: EngineQueue, want: number) {
  let number = 0;
  let held: Awaited<ReturnType<EngineQueue['step']>>['jobs'] = [];
  return async (settle = true): Promise<number> => {
    number += 1;
    const lanes = policy.lanes.map((lane) => ({ lane, quota: want, ahead: 0 }));
    const settles = settle ? held.map((job) => done(job)) : [];
    const reply = await queue.step({
      ...{ worker: `w${want}`, number, leaseMs: 3_600_000, settles, progress: [], renewals: [] },
      ...{ lanes, want, schedules: false },
    });
    held = reply.jobs;
    return held.length;
  };
}

/** Microseconds of Redis for one call of a script, of many: the figure of the server, which knows nothing of the network. */
async function scriptTime(
  admin: Redis,
  work: () => Promise<void>,
): Promise<{ readonly us: number; readonly calls: number }> {
  await admin.config('RESETSTAT');
  await work();
  const stats = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await admin.info('commandstats')) as RegExpExecArray;
  return { us: Number(stats[2]) / Number(stats[1]), calls: Number(stats[1]) };
}

test('promotes a crowd that is due at once in slices, and lets an add through meanwhile', async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const jobs = LONG ? 1_000_000 : 100_000;
  const queue = redisEngine(client, { deadlineMs: 20_000 }).open('crowd', policy);
  const dueAt = Date.now() + 86_400_000;
  await fill(queue, jobs, { dueAt });
  await client.hset(`{${queueTag('crowd')}}:m`, 't', dueAt);
  const step = driver(queue, 50);
  await step();
  // The first step has promoted a slice and no more.
  expect(await client.zcard(`{${queueTag('crowd')}}:s`)).toBe(jobs - 500);
  let taken = 50;
  const promoting = await scriptTime(client, async () => {
    while ((await client.zcard(`{${queueTag('crowd')}}:s`)) > 0) taken += await step();
  });
  const settled = await scriptTime(client, async () => {
    for (let got = await step(); got > 0; got = await step()) taken += got;
  });
  expect(taken).toBe(jobs);
  // A slice costs no more than a few batches of work: this is what bounds a script, whatever the machine does.
  expect(promoting.us).toBeLessThan(8 * settled.us);
  expect(await queue.audit()).toEqual([]);
  await queue.close();
  client.disconnect();
});

test('costs as much for a job while twenty thousand leases are held', async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const engine = redisEngine(client, { deadlineMs: 20_000 });
  const [light, heavy] = [engine.open('light', policy), engine.open('heavy', policy)];
  await fill(heavy, 20_000);
  const hold = driver(heavy, 200);
  for (let held = 0; held < 20_000; ) held += await hold(false);
  expect((await heavy.read('counts', {})).states.active).toBe(20_000);
  await fill(heavy, 10_000);
  await fill(light, 10_000);
  const [one, other] = [driver(light, 50), driver(heavy, 50)];
  const times = { light: [] as number[], heavy: [] as number[] };
  // In turns, so that whatever the machine does falls on both alike.
  for (let round = 0; round < 80; round += 1) {
    times.light.push((await scriptTime(client, async () => void (await one()))).us);
    times.heavy.push((await scriptTime(client, async () => void (await other()))).us);
  }
  // What a machine does besides makes some of them dearer, and none cheaper.
  const quarter = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 2] as number;
  expect(quarter(times.heavy)).toBeLessThan(1.6 * quarter(times.light));
  await light.close();
  await heavy.close();
  client.disconnect();
});

test('keeps a waiting job in less than 350 bytes', async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const queue = redisEngine(client, { deadlineMs: 20_000 }).open('memory', policy);
  await fill(queue, 1_000);
  const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  const before = await used();
  const data = Buffer.from(JSON.stringify({ pad: 'x'.repeat(109) }));
  expect(data.length).toBe(119);
  await fill(queue, 20_000, { data });
  expect(((await used()) - before) / 20_000).toBeLessThan(350);
  await queue.close();
  client.disconnect();
});

test('leaves nothing behind of jobs that are not kept, but the facts of the queue and what it remembers for a minute', async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const queue = redisEngine(client, { deadlineMs: 20_000 }).open('gone', policy);
  await fill(queue, 2_000);
  await fill(queue, 200, { key: 'k' });
  const step = driver(queue, 100);
  for (let got = await step(); got > 0 || (await queue.read('counts', {})).states.waiting > 0; ) got = await step();
  await queue.control('leave', { worker: 'w100' });
  const keys = (await client.keys('*')).filter((key) => !/:q:[^:]+$/.test(key.slice(key.indexOf('}'))));
  expect(keys.sort()).toEqual([`{${queueTag('gone')}}:i`, `{${queueTag('gone')}}:m`]);
  await queue.close();
  client.disconnect();
});

test('takes one call for a thousand adds and a tenth of one for a job', async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const queue = redisEngine(client, { deadlineMs: 20_000 }).open('calls', policy);
  await queue.read('counts', {});
  const adds = await scriptTime(client, () => fill(queue, 1_000));
  // The first one is not known to the server, and comes whole.
  expect(adds.calls).toBeLessThanOrEqual(1);
  const step = driver(queue, 10);
  let jobs = 0;
  const steps = await scriptTime(client, async () => {
    for (let got = await step(); got > 0; got = await step()) jobs += got;
  });
  expect(jobs).toBe(1_000);
  expect(steps.calls / jobs).toBeLessThanOrEqual(0.11);
  await queue.close();
  client.disconnect();
});
