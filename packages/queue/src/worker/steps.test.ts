import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type Intercepts, interceptedEngine } from '../../test/intercepted-engine.ts';
import { turns } from '../../test/turns.ts';
import type { StepRequest } from '../engine/step-request.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';

function opened(intercepts: Intercepts = {}, options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const steps: StepRequest[] = [];
  let under = 0;
  const engine = interceptedEngine(memoryEngine({ clock }), {
    ...intercepts,
    async step(request, next) {
      steps.push(request);
      expect(++under).toBe(1);
      try {
        return await (intercepts.step?.(request, next) ?? next());
      } finally {
        under -= 1;
      }
    },
  });
  return { queue: createQueue('main', { clock, engine, ...options }), clock, steps };
}

const items = (count: number, options = {}) =>
  Array.from({ length: count }, (_, data) => ({ type: 't', data, options }));

test('settles what it has done together with the next take: a fraction of a step a job', async () => {
  const { queue, steps } = opened();
  await using _ = queue;
  await queue.addMany(items(1_000));
  const worker = queue.work(async () => {}, { concurrency: 50 });
  await worker.idle();
  expect((await queue.counts()).done).toBe(1_000);
  expect(steps.length).toBeLessThanOrEqual(100);
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
});

test('at one handler at a time needs a step a job without prefetch, and a fifth of that with it', async () => {
  for (const [prefetch, most] of [
    [0, 1_003],
    ['auto', 200],
  ] as const) {
    const { queue, steps } = opened();
    await queue.addMany(items(1_000));
    await queue.work(async () => {}, { concurrency: 1, prefetch }).idle();
    expect((await queue.counts()).done).toBe(1_000);
    expect(steps.length).toBeLessThanOrEqual(most);
    await queue.close();
  }
});

test('sends a settle in the tick in which the handler ends when nothing else is on its way', async () => {
  const { queue, steps } = opened();
  await using _ = queue;
  let end = () => {};
  queue.work(() => new Promise<void>((resolve) => (end = resolve)), { prefetch: 0 });
  await queue.add('t', 1);
  await turns();
  const before = steps.length;
  end();
  // Microtasks and next ticks alone: no turn of the event loop passes.
  for (let turn = 0; turn < 20; turn++) await undefined;
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(steps.slice(before).flatMap(({ settles }) => settles)).toMatchObject([{ kind: 'done' }]);
});

test('sleeps until the time it was told, and starts a delayed job in that millisecond', async () => {
  const { queue, clock, steps } = opened();
  await using _ = queue;
  const started: number[] = [];
  queue.work(() => void started.push(clock.monotonic()));
  await queue.add('t', 1, { delayMs: 60_000 });
  await queue.add('t', 1, { dueAt: clock.now() + 90_000 });
  await turns();
  const before = steps.length;
  await clock.advance(59_999);
  expect([started, steps.length - before]).toEqual([[], 0]);
  await clock.advance(1);
  await clock.advance(30_000);
  expect(started).toEqual([60_000, 90_000]);
});

test('looks again now and then, at times that differ, where pushes can be lost', async () => {
  const { queue, clock, steps } = opened({ pollMs: 2_000 });
  queue.work(() => {});
  const at: number[] = [];
  for (let ms = 0; ms < 20_000; ms += 50) {
    const before = steps.length;
    await clock.advance(50);
    if (steps.length > before) at.push(clock.monotonic());
  }
  expect(at.length).toBeGreaterThanOrEqual(8);
  expect(at.length).toBeLessThanOrEqual(14);
  const gaps = at.slice(1).map((each, index) => each - (at[index] as number));
  expect(new Set(gaps).size).toBeGreaterThan(2);
  await queue.close();
});

test('looks often enough to find what a worker that died had within a second of the end of its lease', async () => {
  const { queue, clock, steps } = opened({ pollMs: 60_000 }, { leaseMs: 500 });
  await using _ = queue;
  queue.work(() => {});
  await turns();
  for (let look = 0; look < 5; look += 1) {
    const before = steps.length;
    await clock.advance(1_500);
    expect(steps.length).toBeGreaterThan(before);
  }
});

test('does not ask again while nothing can have changed', async () => {
  const { queue, clock, steps } = opened();
  queue.work(() => {});
  await turns();
  const before = steps.length;
  await clock.advance(3_600_000);
  expect(steps.length).toBe(before);
  await queue.close();
  expect(clock.pending).toBe(0);
});

test('starts lanes by their weights, and the last added high one soon', async () => {
  const { queue } = opened();
  await using _ = queue;
  for (const lane of ['low', 'normal', 'high']) await queue.addMany(items(300, { lane }));
  const lanes: string[] = [];
  await queue.work((job) => void lanes.push(job.lane), { concurrency: 7, prefetch: 0 }).idle();
  for (let from = 0; from <= 250; from += 10) {
    const window = lanes.slice(from, from + 100);
    const share = (lane: string) => window.filter((other) => other === lane).length;
    expect(Math.abs(share('high') - 61.5)).toBeLessThanOrEqual(10);
    expect(Math.abs(share('normal') - 30.8)).toBeLessThanOrEqual(10);
    expect(Math.abs(share('low') - 7.7)).toBeLessThanOrEqual(10);
  }
  expect(lanes).toHaveLength(900);
});

test('keeps weights with prefetch as well', async () => {
  const { queue } = opened();
  await using _ = queue;
  for (const lane of ['low', 'normal', 'high']) await queue.addMany(items(1_000, { lane }));
  const lanes: string[] = [];
  await queue.work(async (job) => void lanes.push(job.lane), { concurrency: 2 }).idle();
  for (let from = 0; from <= 1_300; from += 50) {
    const low = lanes.slice(from, from + 100).filter((lane) => lane === 'low').length;
    expect(Math.abs(low - 7.7)).toBeLessThanOrEqual(10);
  }
});

test('never lets a lower lane overtake where the order is strict', async () => {
  const { queue } = opened({}, { lanes: ['first', 'second'] });
  await using _ = queue;
  await queue.addMany(items(300, { lane: 'second' }));
  await queue.addMany(items(300, { lane: 'first' }));
  const lanes: string[] = [];
  await queue.work(async (job) => void lanes.push(job.lane), { concurrency: 3 }).idle();
  expect(lanes.lastIndexOf('first')).toBe(299);
});

test('prefetches nothing that a limit holds: lease and start are one', async () => {
  for (const options of [{ concurrency: 5 }, { rate: { max: 5, perMs: 10, burst: 5 } }]) {
    const { queue, clock } = opened({}, options);
    await queue.addMany(items(50));
    const seen: number[] = [];
    queue.work(
      async () => {
        seen.push((await queue.counts()).active);
      },
      { concurrency: 2, prefetch: 10 },
    );
    for (let ms = 0; ms < 40; ms++) await clock.advance(10);
    expect((await queue.counts()).done).toBe(50);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
    await queue.close();
  }
  const { queue, clock } = opened();
  await queue.addMany(Array.from({ length: 20 }, (_, data) => ({ type: 't', data, options: { key: `k${data}` } })));
  queue.work(() => new Promise(() => {}), { concurrency: 2, prefetch: 10 });
  await turns();
  expect((await queue.counts()).active).toBe(2);
  await Promise.all([queue.close({ graceMs: 0 }), clock.advance(10_000)]);
});

test('lets the event loop turn while it works through jobs that only compute', async () => {
  await using queue = createQueue('main');
  await queue.addMany(items(2_000));
  let turned = 0;
  const beat = () => {
    turned += 1;
    immediate = setImmediate(beat);
  };
  let immediate = setImmediate(beat);
  const compute = async () => {
    for (const end = performance.now() + 0.05; performance.now() < end; );
  };
  await queue.work(compute, { concurrency: 10 }).idle();
  clearImmediate(immediate);
  expect(turned).toBeGreaterThanOrEqual(5);
});
