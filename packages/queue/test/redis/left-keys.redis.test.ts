import { randomUUID } from 'node:crypto';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createQueue } from '../../src/index.ts';
import { queueTag, redisEngine } from '../../src/redis/index.ts';
import { EngineRig } from '../../src/testing/contract/engine-rig.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** Runs a job each of many keys that have a rate. */
async function ratedKeys(name: string) {
  const queue = createQueue(name, {
    engine: redisEngine(client, { pollMs: 100 }),
    keep: { done: { count: 0 } },
    perKey: { rate: { max: 10, perMs: 50 } },
  });
  await queue.addMany(Array.from({ length: 300 }, (_, data) => ({ type: 't', data, options: { key: `k${data}` } })));
  const worker = queue.work(() => {}, { concurrency: 100 });
  await eventually('all are done', async () => (await queue.counts()).totals.done === 300);
  return { queue, worker, rates: `{${queueTag(name)}}:gr` };
}

test('forgets the rate of keys that have nothing any more, while a worker looks from time to time', async () => {
  const { queue, rates } = await ratedKeys(`q-${randomUUID().slice(0, 8)}`);
  await eventually('they are forgotten', async () => (await client.zcard(rates)) === 0, { deadlineMs: 5_000 });
  await queue.close();
});

test('forgets unique keys whose time is over as fast as they come, also while nobody works', async () => {
  const fixture = steeredFixture(client);
  const rig = new EngineRig(fixture);
  rig.open({ keep: { done: { count: 0 }, dead: { count: 0 } } });
  const tag = `{${queueTag(rig.name, 0, 1, fixture.prefix)}}`;
  const left = async () => [await client.hlen(`${tag}:u`), await client.zcard(`${tag}:uz`)];
  const throttled = (from: number, count: number) =>
    rig.add(
      ...Array.from({ length: count }, (_, nth) => {
        return { unique: { key: `u${from + nth}`, mode: 'throttle' as const, ttlMs: 50 } };
      }),
    );
  for (let round = 0; round < 12; round += 1) {
    await throttled(500 * round, 500);
    await fixture.pass(60);
  }
  expect(await left()).toEqual([500, 500]);
  await throttled(6_000, 1);
  await throttled(6_001, 1);
  // One that is over is forgotten for each that comes, and one more.
  expect(await left()).toEqual([498, 498]);
  // Steps forget the others, a slice a second, whatever else they have to do.
  for (let job = 0; job < 6_002; job += 200) await rig.ack(...(await rig.take(200)));
  await fixture.pass(60);
  await rig.house();
  await fixture.pass(1_000);
  await rig.house();
  expect(await left()).toEqual([0, 0]);
  await rig.close();
});

test('forgets idle workers that have not looked for longer than any lease', async () => {
  const fixture = steeredFixture(client);
  const rig = new EngineRig(fixture);
  const idle = `{${queueTag(rig.name, 0, 1, fixture.prefix)}}:z`;
  for (let nth = 0; nth < 10; nth += 1) await rig.take(1, { worker: `killed ${nth}` });
  await fixture.pass(3_600_000);
  await rig.take(1, { worker: 'live' });
  expect(await client.zcard(idle)).toBe(11);
  await fixture.pass(120_000);
  await rig.take(1, { worker: 'live' });
  expect(await client.zcard(idle)).toBe(1);
  await rig.close();
});

test('leaves no rate of keys behind for longer than a minute when nobody looks any more', async () => {
  const { queue, worker, rates } = await ratedKeys(`q-${randomUUID().slice(0, 8)}`);
  await worker.stop();
  await queue.add('t', 1, { key: 'last' });
  await queue.work(() => {}).idle();
  await queue.close();
  const left = await client.pttl(rates);
  expect(left === -2 || (left > 0 && left <= 61_000), `${left} ms`).toBe(true);
});
