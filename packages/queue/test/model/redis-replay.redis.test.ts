import { randomUUID } from 'node:crypto';
import { runSeed } from '@xc/test-support/run-seed';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { QueueEngine } from '../../src/engine/queue-engine.ts';
import { queueTag, redisEngine } from '../../src/redis/index.ts';
import { DrivenEngine, modelPolicy } from './driven-engine.ts';
import { type Command, commands, QueueModel } from './queue-model.ts';

const RUNS = 2000;
/** Runs go side by side, each on a queue of its own: most of a run is waiting for answers. */
const LINES = 20;
const times = { leaseMs: 10_000, keepMs: 100 };
const AHEAD_MS = 86_400_000;
const prefix = `model${randomUUID().slice(0, 8)}`;

let client: Redis;
let engine: QueueEngine;
beforeAll(() => {
  client = new Redis(inject('redis'));
  engine = redisEngine(client, { prefix, deadlineMs: 20_000 });
});
afterAll(() => {
  client.disconnect();
});

/** Engine time is the largest ever seen: one that lies a day ahead stands still until a test moves it. */
async function replay(path: readonly Command[], keyed: boolean): Promise<void> {
  const name = `q${randomUUID().slice(0, 13)}`;
  const queue = engine.open(name, modelPolicy(times));
  let now = Date.now() + AHEAD_MS;
  const pass = async (ms: number) => {
    now += ms;
    await client.hset(`{${queueTag(name, 0, 1, prefix)}}:m`, 't', now);
  };
  try {
    await pass(0);
    const model = new QueueModel(keyed);
    const driven = new DrivenEngine(queue, keyed, times, pass);
    for (const command of path) {
      const expected = model.apply(command);
      expect(await driven.apply(command), Object.values(command).join(' ')).toBe(expected);
    }
    expect(await driven.differences(model)).toEqual([]);
  } finally {
    await queue.close();
  }
}

const likely = fc.constantFrom(...commands, ...commands.filter((each) => each.do === 'lease' || each.do === 'add'));
const paths = fc.array(likely, { minLength: 4, maxLength: 24 });

test('gives the same answers and states as the model, over random sequences', async () => {
  const seed = runSeed(8_118);
  await Promise.all(
    Array.from({ length: LINES }, (_, line) =>
      fc.assert(fc.asyncProperty(paths, fc.boolean(), replay), { numRuns: RUNS / LINES, seed: seed + line }),
    ),
  );
});
