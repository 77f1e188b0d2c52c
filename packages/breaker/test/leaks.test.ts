import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compose, constantBackoff, type Policy } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBreaker, fallback, pipeline, retry, timeout } from '../src/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

function policies(): Policy[] {
  return [
    fallback(() => 'answer', { when: (error) => error === 'answered' }),
    timeout(60_000),
    retry({ attempts: 2, backoff: constantBackoff(0) }),
    createBreaker({ minimumCalls: 1_000_000 }),
    timeout(30_000),
  ];
}

/** Every way a task ends, the signal read in some. */
const tasks = [
  () => 1,
  async () => 1,
  async (context: { signal: AbortSignal }) => context.signal.aborted,
  () => Promise.reject('answered'),
  () => {
    throw 'answered';
  },
];

async function heapAfter(runs: number, policy: Policy, signal: AbortSignal): Promise<number> {
  for (let run = 0; run < runs; run++) await policy.run(tasks[run % tasks.length] as () => unknown, { signal });
  await turn();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test.each([
  ['fused', pipeline(policies())],
  ['nested', compose(...policies())],
] as const)(
  'a hundred thousand %s runs with one parent signal leave no listener and a flat heap',
  async (_way, policy) => {
    const { signal } = new AbortController();
    const before = await heapAfter(5_000, policy, signal);
    const after = await heapAfter(100_000, policy, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(after - before).toBeLessThan(1_000_000);
    expect(unhandled).toEqual([]);
  },
  60_000,
);

test('a context that outlives many nested runs keeps none of them', async () => {
  const inner = pipeline([retry(), timeout(30_000)]);
  const growth = await pipeline([timeout(60_000)]).run(async (context) => {
    const run = async (runs: number) => {
      for (let i = 0; i < runs; i++) await inner.run(async () => 1, context);
      await turn();
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await run(2_000);
    return (await run(30_000)) - before;
  });
  expect(growth).toBeLessThan(500_000);
}, 60_000);

test('a task that rejects after everybody has gone is never unhandled', async () => {
  const clock = new ManualClock();
  const late: (() => void)[] = [];
  const task = () => new Promise<never>((_resolve, reject) => late.push(() => reject(new Error('too late'))));
  const ways = [
    timeout(10, { clock }),
    compose(timeout(10, { clock }), createBreaker({ clock })),
    pipeline([retry({ clock, backoff: constantBackoff(5) }), createBreaker({ clock }), timeout(10, { clock })]),
    pipeline([timeout(10, { clock }), fallback(task, { clock })]),
  ];
  const controller = new AbortController();
  const runs = ways.flatMap((way) => [
    way.run(task).catch(() => {}),
    way.run(task, controller).catch(() => {}),
    way.run(task, { deadline: clock.monotonic() + 5 }).catch(() => {}),
  ]);
  await clock.advance(3);
  controller.abort();
  await clock.advance(100);
  await Promise.all(runs);
  expect(late.length).toBeGreaterThanOrEqual(runs.length);
  for (const reject of late) reject();
  await turn();
  await turn();
  expect(unhandled).toEqual([]);
  expect(clock.pending).toBe(0);
});
