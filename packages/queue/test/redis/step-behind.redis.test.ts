import { randomUUID } from 'node:crypto';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterEach, expect, inject, test } from 'vitest';
import { createQueue } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A queue as a process of its own has it, that does not look by itself. */
function opened(name: string, shards = 1, client = new Redis(inject('redis'))) {
  const queue = createQueue(name, { engine: redisEngine(client, { pollMs: 120_000, shards }) });
  closing.push(async () => {
    await queue.close();
    client.disconnect();
  });
  return queue;
}

/** What is published on the channels of this queue meanwhile. */
async function published(name: string, work: () => Promise<unknown>): Promise<number> {
  const ear = new Redis(inject('redis'));
  let count = 0;
  ear.on('pmessage', () => {
    count += 1;
  });
  await ear.psubscribe(`{xc:q:${name}*`);
  await work();
  // What was published before this answer has been heard with it.
  await ear.ping();
  ear.disconnect();
  return count;
}

for (const shards of [1, 4]) {
  test(`brings jobs to an idle worker of the process that adds them hardly ever being told, over ${shards} shards`, async () => {
    const name = `behind-${randomUUID()}`;
    const queue = opened(name, shards);
    let ran = 0;
    const worker = queue.work(() => {
      ran += 1;
    });
    await worker.idle();
    const told = await published(name, async () => {
      for (let nth = 1; nth <= 20; nth += 1) {
        await queue.add('t', nth);
        await eventually('it has run', () => ran === nth);
        await worker.idle();
      }
    });
    // A step may still have been under way.
    expect(told).toBeLessThan(10);
  });
}

test('tells a worker all the same where its step came before the job', async () => {
  const client = new Redis(inject('redis'));
  const scripts = client as unknown as { evalshaBuffer(...args: unknown[]): Promise<unknown> };
  const send = scripts.evalshaBuffer.bind(client);
  const queue = opened(`overtaken-${randomUUID()}`, 1, client);
  let ran = 0;
  const worker = queue.work(() => {
    ran += 1;
  });
  await worker.idle();
  // The first call that is sent is the add: it is held up, and the step behind it is not.
  scripts.evalshaBuffer = async (...args) => {
    scripts.evalshaBuffer = send;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return send(...args);
  };
  await queue.add('t', 1);
  await eventually('it has run', () => ran === 1);
});

test('has others told of what a worker of the process that adds has no room for', async () => {
  const name = `room-${randomUUID()}`;
  const near = opened(name);
  const far = opened(name);
  let letGo = (): void => {};
  const over = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const running = { near: 0, far: 0 };
  const handler = (where: keyof typeof running) => async () => {
    running[where] += 1;
    await over;
  };
  await far.work(handler('far'), { concurrency: 1 }).idle();
  await near.work(handler('near'), { concurrency: 1 }).idle();
  await near.addMany([
    { type: 't', data: 1 },
    { type: 't', data: 2 },
  ]);
  await eventually('both run', () => running.near === 1 && running.far === 1);
  letGo();
});
