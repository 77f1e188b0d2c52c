import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compose, constantBackoff, type Policy } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bulkhead, createBreaker, fallback, hedge, pipeline, retry, throttle, timeout } from '../src/index.ts';

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
    bulkhead(100),
    throttle({ k: 1_000 }),
    hedge(30_000, { always: true }),
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

test('an attempt that lost to its hedge is let go, though it never settles', async () => {
  const clock = new ManualClock();
  const policy = pipeline([hedge(5, { clock, always: true }), retry({ clock }), timeout(50_000, { clock })]);
  const lost: WeakRef<object>[] = [];
  let calls = 0;
  const run = async () => {
    const result = policy.run((context) => {
      calls += 1;
      if (calls % 2 === 0) return 'won';
      const big = { context };
      lost.push(new WeakRef(big));
      return new Promise(() => big);
    });
    await clock.advance(5);
    return result;
  };
  for (let call = 0; call < 100; call++) expect(await run()).toBe('won');
  await turn();
  collectGarbage();
  expect(lost).toHaveLength(100);
  // The last one may still be on the stack of this test.
  expect(lost.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
  expect(clock.pending).toBe(0);
});

test('a task that rejects after everybody has gone is never unhandled', async () => {
  const clock = new ManualClock();
  const late: (() => void)[] = [];
  const task = () => new Promise<never>((_resolve, reject) => late.push(() => reject(new Error('too late'))));
  const ways = [
    timeout(10, { clock }),
    compose(timeout(10, { clock }), createBreaker({ clock })),
    pipeline([retry({ clock, backoff: constantBackoff(5) }), createBreaker({ clock }), timeout(10, { clock })]),
    pipeline([timeout(10, { clock }), fallback(task, { clock })]),
    pipeline([timeout(10, { clock }), hedge(2, { clock, always: true })]),
    pipeline([timeout(10, { clock }), bulkhead(9, { clock }), throttle({ clock })]),
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
