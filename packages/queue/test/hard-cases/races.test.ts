import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createQueue, memoryEngine } from '../../src/index.ts';
import { audit } from '../../src/testing/index.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('has one outcome of 10,000 cancels that race completions, the same wherever it is asked', async () => {
  const queue = createQueue('races', { keep: { done: { count: 20_000 } } });
  const worker = queue.work(async (job) => (job.data % 2 === 0 ? turn() : undefined), { concurrency: 50 });
  const tally: Record<string, number> = {};
  for (let round = 0; round < 10; round += 1) {
    const refs = await Promise.all(Array.from({ length: 1000 }, (_, n) => queue.add('job', n)));
    await Promise.all(
      refs.map(async (ref, n) => {
        const result = ref.result().then(
          () => 'done',
          (error: { code: string }) => error.code,
        );
        if (n % 3 === 0) await turn();
        const told = await queue.cancel(ref.id);
        const outcome = await result;
        const state = (await queue.inspect(ref.id))?.state;
        expect(outcome).toBe(state === 'done' ? 'done' : 'XC_QUEUE_CANCELLED');
        if (told === 'cancelled') expect(state).toBe('cancelled');
        if (told === 'settled') expect(state).toBe('done');
        tally[`${told} ${state}`] = (tally[`${told} ${state}`] ?? 0) + 1;
      }),
    );
  }
  await worker.stop();
  expect(Object.values(tally).reduce((sum, count) => sum + count)).toBe(10_000);
  expect(Object.keys(tally).length, JSON.stringify(tally)).toBeGreaterThan(1);
  const { totals } = await queue.counts();
  expect(totals.done + totals.cancelled).toBe(10_000);
  expect(await audit(queue)).toEqual({ ok: true, violations: [] });
  await queue.close();
});

test('runs one follow-up with the newest data of 10,000 adds while the holder is active', async () => {
  const queue = createQueue('latest');
  const seen: number[] = [];
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  queue.work(async (job) => {
    seen.push(job.data);
    if (job.data === -1) await gate;
  });
  const unique = { key: 'k', mode: 'latest' } as const;
  await queue.add('job', -1, { unique });
  while (seen.length === 0) await turn();
  const refs = await Promise.all(Array.from({ length: 10_000 }, (_, n) => queue.add('job', n, { unique })));
  expect(new Set(refs.map(({ outcome }) => outcome))).toEqual(new Set(['duplicate']));
  finish();
  while ((await queue.counts()).done < 2) await turn();
  expect(seen).toEqual([-1, 9_999]);
  expect((await queue.counts()).totals.added).toBe(2);
  await queue.close();
});

test('leases nothing once a pause has answered, with eight busy workers', async () => {
  const engine = memoryEngine();
  const queues = Array.from({ length: 8 }, () => createQueue('busy', { engine, keep: { done: { count: 0 } } }));
  const [first] = queues as [(typeof queues)[0], ...typeof queues];
  let paused = false;
  let lateDeliveries = 0;
  for (const queue of queues) {
    queue.work(async () => {
      if (paused) lateDeliveries += 1;
      await turn();
    });
  }
  for (let round = 0; round < 20; round += 1) {
    await first.addMany(Array.from({ length: 200 }, (_, n) => ({ type: 'job', data: n })));
    await turn();
    await first.pause();
    let { active } = await first.counts();
    while (active > 0) {
      await turn();
      const now = (await first.counts()).active;
      expect(now).toBeLessThanOrEqual(active);
      active = now;
    }
    paused = true;
    const { waiting } = await first.counts();
    await turn();
    await turn();
    expect((await first.counts()).waiting).toBe(waiting);
    paused = false;
    await first.resume();
    while ((await first.counts()).waiting > 0) await turn();
  }
  expect(lateDeliveries).toBe(0);
  await Promise.all(queues.map((queue) => queue.close()));
});

test('makes 1,000 jobs of 1,000 slots with eight workers, each its own', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const engine = memoryEngine({ clock });
  const queues = Array.from({ length: 8 }, () =>
    createQueue('ticks', { engine, clock, keep: { done: { count: 5_000 } } }),
  );
  const slots: (number | undefined)[] = [];
  const ids = new Set<string>();
  for (const queue of queues) {
    queue.work((job) => {
      slots.push(job.scheduledFor);
      ids.add(job.id);
    });
  }
  const view = await queues[0]?.schedule('tick', { everyMs: 1000 }, 'tick', undefined, { limit: 1000 });
  for (let second = 0; second < 1_010; second += 1) await clock.advance(1000);
  const first = view?.next as number;
  expect(slots).toEqual(Array.from({ length: 1000 }, (_, n) => first + n * 1000));
  expect(ids.size).toBe(1000);
  await Promise.all(queues.map((queue) => queue.close()));
});
