import { AsyncLocalStorage } from 'node:async_hooks';
import { compose, constantBackoff, type Policy, type RunOptions } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createBreaker } from '../circuit/create-breaker.ts';
import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { retry } from '../retry/retry.ts';
import { timeout } from '../timeout/timeout.ts';
import { bulkhead } from './bulkhead.ts';

/** Tasks that end by hand, and who is running. */
function workshop() {
  const ends = new Map<string, (outcome: 'value' | 'error') => void>();
  const started: string[] = [];
  const settled: string[] = [];
  return {
    ends,
    started,
    settled,
    call(policy: Policy, name: string, options?: RunOptions): Promise<void> {
      const run = policy.run(() => {
        started.push(name);
        return new Promise<void>((resolve, reject) => {
          ends.set(name, (outcome) => {
            ends.delete(name);
            outcome === 'value' ? resolve() : reject(new Error(name));
          });
        });
      }, options);
      return run.then(
        () => void settled.push(`${name} ok`),
        (error) => void settled.push(`${name} ${error.code ?? error.message}`),
      );
    },
  };
}

describe('a bulkhead', () => {
  test('lets as many run as its limit and refuses the next', async () => {
    const clock = new ManualClock();
    const policy = bulkhead(2, { clock, name: 'db' });
    const { call, ends, settled } = workshop();
    call(policy, 'a');
    call(policy, 'b');
    expect([policy.inFlight, policy.queued, policy.limit]).toEqual([2, 0, 2]);
    await expect(policy.run(() => 1)).rejects.toMatchObject({
      code: 'XC_BREAKER_BULKHEAD_FULL',
      retryable: true,
      details: { limit: 2, queued: 0, waitedMs: 0, refusedBy: 'db' },
    });
    ends.get('a')?.('value');
    await clock.advance(0);
    expect(policy.inFlight).toBe(1);
    await expect(policy.run(() => 1)).resolves.toBe(1);
    ends.get('b')?.('error');
    await clock.advance(0);
    expect(policy.inFlight).toBe(0);
    expect(settled).toEqual(['a ok', 'b b']);
  });

  test.each([
    ['fifo', ['a', 'high', 'b', 'c', 'low']],
    ['lifo', ['a', 'high', 'c', 'b', 'low']],
  ] as const)('serves waiting calls by priority, then %s', async (order, expected) => {
    const clock = new ManualClock();
    const policy = bulkhead(1, { clock, order, maxQueue: 9 });
    const { call, ends, started } = workshop();
    call(policy, 'a');
    call(policy, 'low', { priority: -1 });
    call(policy, 'b');
    call(policy, 'c');
    call(policy, 'high', { priority: 5 });
    expect(policy.queued).toBe(4);
    while (ends.size > 0) {
      for (const end of [...ends.values()]) end('value');
      await clock.advance(0);
    }
    expect(started).toEqual(expected);
    expect([policy.inFlight, policy.queued, clock.pending]).toEqual([0, 0, 0]);
  });

  test('lets a more important call displace the youngest of the least important', async () => {
    const clock = new ManualClock();
    const policy = bulkhead(1, { clock, maxQueue: 3 });
    const { call, settled } = workshop();
    call(policy, 'running');
    call(policy, 'old', { priority: 1 });
    call(policy, 'young', { priority: 1 });
    call(policy, 'better', { priority: 2 });
    await clock.advance(5);
    call(policy, 'equal', { priority: 1 });
    call(policy, 'best', { priority: 3 });
    await clock.advance(0);
    expect(settled.toSorted()).toEqual(['equal XC_BREAKER_BULKHEAD_FULL', 'young XC_BREAKER_BULKHEAD_FULL']);
    expect(policy.queued).toBe(3);
  });

  test('ends a wait at its time, at the deadline and at an abort, each in its turn', async () => {
    const clock = new ManualClock();
    const policy = bulkhead(1, { clock, maxQueue: 9, maxWaitMs: 100, name: 'db' });
    const { call, settled } = workshop();
    call(policy, 'running');
    const controller = new AbortController();
    const aborted = policy.run(() => 1, controller);
    const waited = policy.run(() => 1);
    call(policy, 'late', { deadline: 60 });
    await clock.advance(30);
    const noticed = vi.fn();
    aborted.catch(noticed);
    controller.abort('gone');
    await Promise.resolve();
    expect(noticed).toHaveBeenCalledExactlyOnceWith('gone');
    await clock.advance(30);
    expect(settled).toEqual(['late XC_BREAKER_DEADLINE']);
    const refusal = expect(waited).rejects.toMatchObject({
      code: 'XC_BREAKER_BULKHEAD_WAIT',
      retryable: true,
      details: { limit: 1, queued: 0, waitedMs: 100, refusedBy: 'db' },
    });
    await clock.advance(40);
    await refusal;
    expect([policy.inFlight, policy.queued, clock.pending]).toEqual([1, 0, 0]);
  });

  const ways = {
    'a timeout inside, fused': (clock: ManualClock, inner: Policy) => pipeline([inner, timeout(10, { clock })]),
    'a timeout inside, nested': (clock: ManualClock, inner: Policy) => compose(inner, timeout(10, { clock })),
    'a timeout outside, fused': (clock: ManualClock, inner: Policy) => pipeline([timeout(10, { clock }), inner]),
    'a timeout outside, nested': (clock: ManualClock, inner: Policy) => compose(timeout(10, { clock }), inner),
  };

  test.each(Object.entries(ways))('holds the slot until the task ends, with %s', async (_name, way) => {
    const clock = new ManualClock();
    const inner = bulkhead(1, { clock, maxQueue: 9, maxWaitMs: 60_000 });
    const policy = way(clock, inner);
    let running = 0;
    let most = 0;
    const outcomes: string[] = [];
    for (let caller = 0; caller < 5; caller++) {
      policy
        .run(async () => {
          running += 1;
          most = Math.max(most, running);
          await clock.sleep(100);
          running -= 1;
        })
        .catch((error) => outcomes.push(error.code));
    }
    await clock.advance(10);
    expect(outcomes).toContain('XC_BREAKER_TIMEOUT');
    expect(inner.inFlight).toBe(1);
    await clock.advance(89);
    expect(inner.inFlight).toBe(1);
    await clock.advance(600);
    expect(most).toBe(1);
    expect([inner.inFlight, inner.queued]).toEqual([0, 0]);
    expect(outcomes).toEqual(Array(5).fill('XC_BREAKER_TIMEOUT'));
  });

  test.each(Object.entries(ways))('frees the slot at the timeout when told to, with %s', async (_name, way) => {
    const clock = new ManualClock();
    const inner = bulkhead(1, { clock, releaseOnTimeout: true });
    const policy = way(clock, inner);
    policy.run(() => clock.sleep(100)).catch(() => {});
    await clock.advance(9);
    expect(inner.inFlight).toBe(1);
    await clock.advance(1);
    expect(inner.inFlight).toBe(0);
    await clock.advance(100);
    expect(inner.inFlight).toBe(0);
  });

  test('holds the slot until the last of the tasks beneath has ended', async () => {
    const clock = new ManualClock();
    const outer = bulkhead(1, { clock });
    const inside = pipeline([retry({ clock, attempts: 2, backoff: constantBackoff(0) }), timeout(10, { clock })]);
    const run = compose(outer, inside).run(({ attempt }) => clock.sleep(attempt === 1 ? 100 : 5));
    await clock.advance(15);
    await expect(run).resolves.toBeUndefined();
    expect(outer.inFlight).toBe(1);
    await clock.advance(84);
    expect(outer.inFlight).toBe(1);
    await clock.advance(1);
    expect(outer.inFlight).toBe(0);
  });

  test('holds the slot of a call whose caller has gone', async () => {
    const clock = new ManualClock();
    const policy = bulkhead(1, { clock, releaseOnTimeout: true });
    const controller = new AbortController();
    const run = policy.run(() => clock.sleep(50), controller);
    controller.abort('gone');
    await expect(run).rejects.toBe('gone');
    expect(policy.inFlight).toBe(1);
    await clock.advance(50);
    expect(policy.inFlight).toBe(0);
  });

  test('inside a breaker refuses without being a failure', async () => {
    const breaker = createBreaker({ consecutive: 1 });
    const full = bulkhead(1);
    const policy = pipeline([breaker, full]);
    const { call } = workshop();
    call(policy, 'a');
    await expect(policy.run(() => 1)).rejects.toMatchObject({ code: 'XC_BREAKER_BULKHEAD_FULL' });
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', failures: 0, inFlight: 1 });
  });

  test('serves ten thousand waiting calls with a flat stack, each in its own async context', async () => {
    const policy = bulkhead(1, { maxQueue: 10_000 });
    const caller = new AsyncLocalStorage<number>();
    let open: () => void = () => {};
    const first = policy.run(() => new Promise<void>((resolve) => (open = resolve)));
    const runs = Array.from({ length: 10_000 }, (_, id) => caller.run(id, () => policy.run(() => caller.getStore())));
    open();
    await first;
    expect(await Promise.all(runs)).toEqual(runs.map((_, id) => id));
  });

  test.each([
    ['fifo', 1],
    ['lifo', 0],
  ] as const)('gives a slot to who waits for it before who only comes in by it: %s, %i', async (order, priority) => {
    for (const way of [(...all: Policy[]) => pipeline(all), compose]) {
      const clock = new ManualClock();
      const outer = bulkhead(2, { clock, maxQueue: 1 });
      const inner = bulkhead(1, { clock, maxQueue: 1, order });
      const { call, ends, started } = workshop();
      call(way(outer, inner), 'runs');
      call(way(outer, inner), 'waits within');
      call(way(outer, inner), 'waits outside', { priority });
      ends.get('runs')?.('value');
      await clock.advance(0);
      expect(started).toEqual(['runs', 'waits within']);
      expect([inner.inFlight, inner.queued, outer.queued]).toEqual([1, 1, 0]);
      ends.get('waits within')?.('error');
      await clock.advance(0);
      expect(started.at(-1)).toBe('waits outside');
    }
  });

  test('tells a displaced caller in the async context of that caller', async () => {
    const policy = bulkhead(1, { maxQueue: 1 });
    const caller = new AsyncLocalStorage<string>();
    const { call } = workshop();
    call(policy, 'a');
    const seen: unknown[] = [];
    const guarded = pipeline([
      retry({
        attempts: 2,
        when: () => {
          seen.push(caller.getStore());
          return false;
        },
      }),
      policy,
    ]);
    const displaced = caller.run('displaced', () => guarded.run(() => 1));
    displaced.catch(() => {});
    caller.run('displacing', () => call(policy, 'b', { priority: 1 }));
    await expect(displaced).rejects.toMatchObject({ code: 'XC_BREAKER_BULKHEAD_FULL' });
    expect(seen).toEqual(['displaced']);
  });

  test('keeps its queue in bounds when a displaced call is tried again at once', async () => {
    const clock = new ManualClock();
    const slots = bulkhead(1, { clock, maxQueue: 1 });
    const stubborn = pipeline([retry({ clock, attempts: 3, backoff: constantBackoff(0) }), slots]);
    const { call, settled } = workshop();
    call(slots, 'running');
    call(stubborn, 'stubborn');
    call(slots, 'better', { priority: 1 });
    expect(slots.queued).toBe(1);
    await clock.advance(0);
    expect(settled).toEqual(['stubborn XC_BREAKER_BULKHEAD_FULL']);
  });

  test('that shrinks cancels nobody and lets nobody in until it fits', async () => {
    const clock = new ManualClock();
    const limit = { current: 3, sample() {} };
    const policy = bulkhead(limit, { clock, maxQueue: 9 });
    const { call, ends, started } = workshop();
    for (const name of ['a', 'b', 'c', 'd']) call(policy, name);
    limit.current = 1;
    expect([policy.inFlight, policy.limit]).toEqual([3, 1]);
    for (const name of ['a', 'b']) {
      ends.get(name)?.('value');
      await clock.advance(0);
      expect(started).toEqual(['a', 'b', 'c']);
    }
    ends.get('c')?.('value');
    await clock.advance(0);
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  test('tells an adaptive limit of successes and timeouts, without the time in the queue', async () => {
    const clock = new ManualClock();
    const samples: unknown[] = [];
    const limit: ConcurrencyLimit = { current: 2, sample: (...sample) => void samples.push(sample) };
    const policy = bulkhead(limit, { clock, maxQueue: 9 });
    policy.run(() => clock.sleep(10));
    policy.run(() => clock.sleep(20)).then(() => {});
    policy.run(() => clock.sleep(5));
    policy.run(() => Promise.reject(new Error('no sample'))).catch(() => {});
    await clock.advance(100);
    expect(samples).toEqual([
      [10, 1, false],
      [5, 2, false],
      [20, 2, false],
    ]);
    samples.length = 0;
    pipeline([policy, timeout(7, { clock })])
      .run(() => clock.sleep(50))
      .catch(() => {});
    pipeline([timeout(9, { clock }), policy])
      .run(() => clock.sleep(50))
      .catch(() => {});
    await clock.advance(100);
    expect(samples).toEqual([
      [7, 1, true],
      [9, 2, true],
    ]);
  });

  test('frees the slot when the limit throws', async () => {
    const defect = new Error('defect');
    const limit: ConcurrencyLimit = {
      current: 1,
      sample() {
        throw defect;
      },
    };
    const policy = bulkhead(limit);
    await expect(policy.run(() => 1)).resolves.toBe(1);
    await expect(policy.run(async () => 1)).resolves.toBe(1);
    expect(policy.inFlight).toBe(0);
  });
});

describe('draining a bulkhead', () => {
  test('refuses new calls and the queue, and resolves when the last slot is free', async () => {
    const clock = new ManualClock();
    const policy = bulkhead(1, { clock, maxQueue: 9, name: 'db' });
    const { call, ends, settled } = workshop();
    call(policy, 'a');
    call(policy, 'b');
    const drained = vi.fn();
    policy.drain().then(drained);
    await expect(policy.run(() => 1)).rejects.toMatchObject({
      code: 'XC_BREAKER_DRAINING',
      retryable: false,
      details: { refusedBy: 'db' },
    });
    expect(settled).toEqual(['b XC_BREAKER_DRAINING']);
    expect(drained).not.toHaveBeenCalled();
    ends.get('a')?.('value');
    await clock.advance(0);
    expect(drained).toHaveBeenCalled();
    await policy.drain();
    expect(clock.pending).toBe(0);
  });

  test('ends with the signal of who waits for it', async () => {
    const policy = bulkhead(1);
    const { call, ends } = workshop();
    call(policy, 'a');
    const controller = new AbortController();
    const first = policy.drain(controller.signal);
    const second = policy.drain();
    controller.abort('enough');
    await expect(first).rejects.toBe('enough');
    await expect(policy.drain(controller.signal)).rejects.toBe('enough');
    ends.get('a')?.('value');
    await second;
  });
});

test('a bulkhead never runs more than its limit, loses nobody and keeps the order', async () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('call' as const), priority: fc.integer({ min: 0, max: 2 }), abort: fc.boolean() }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom('fifo' as const, 'lifo' as const),
      async (actions, limit, maxQueue, order) => {
        const clock = new ManualClock();
        const policy = bulkhead(limit, { clock, maxQueue, order, maxWaitMs: 50 });
        // The model: who waits, since when, and how important they are.
        let queue: { id: number; priority: number; since: number }[] = [];
        const running: { id: number; end: () => void }[] = [];
        const controllers: AbortController[] = [];
        const expectedStarts: number[] = [];
        const starts: number[] = [];
        let busy = 0;
        let settled = 0;
        let calls = 0;
        const expire = () => {
          queue = queue.filter(({ since }) => clock.monotonic() - since < 50);
        };
        const admit = () => {
          while (busy < limit && queue.length > 0) {
            const best = Math.max(...queue.map(({ priority }) => priority));
            const lane = queue.filter(({ priority }) => priority === best);
            const next = order === 'fifo' ? lane[0] : lane.at(-1);
            queue = queue.filter((one) => one !== next);
            busy += 1;
            if (next) expectedStarts.push(next.id);
          }
        };
        for (const one of actions) {
          if (one.kind === 'call') {
            const id = calls++;
            const controller = new AbortController();
            controllers.push(controller);
            const entry = { id, priority: one.priority, since: clock.monotonic() };
            if (busy < limit) {
              busy += 1;
              expectedStarts.push(id);
            } else if (queue.length < maxQueue) queue.push(entry);
            else {
              const lowest = Math.min(...queue.map(({ priority }) => priority));
              if (maxQueue > 0 && lowest < one.priority) {
                const victim = queue.findLast(({ priority }) => priority === lowest);
                queue = [...queue.filter((waiting) => waiting !== victim), entry];
              }
            }
            const run = policy.run(
              () => {
                starts.push(id);
                return new Promise<void>((end) => running.push({ id, end }));
              },
              { priority: one.priority, signal: controller.signal },
            );
            run.then(
              () => (settled += 1),
              () => (settled += 1),
            );
          } else if (one.kind === 'end') {
            const [task] = running.splice(one.which % Math.max(1, running.length), 1);
            if (task) {
              task.end();
              busy -= 1;
              admit();
            }
          } else if (one.kind === 'abort') {
            const id = one.which % Math.max(1, calls);
            controllers[id]?.abort();
            queue = queue.filter((waiting) => waiting.id !== id);
          } else {
            await clock.advance(one.ms);
            expire();
          }
          await clock.advance(0);
          expire();
          expect(starts).toEqual(expectedStarts);
          expect([policy.inFlight, policy.queued]).toEqual([busy, queue.length]);
          expect(policy.inFlight).toBeLessThanOrEqual(limit);
        }
        while (running.length > 0) {
          running.pop()?.end();
          await clock.advance(0);
        }
        await clock.advance(60);
        while (running.length > 0) {
          running.pop()?.end();
          await clock.advance(0);
        }
        expect(settled).toBe(calls);
        expect([policy.inFlight, policy.queued, clock.pending]).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);

test('refuses what it cannot use', () => {
  expect(() => bulkhead(0)).toThrow('limit must be a positive integer, got 0');
  expect(() => bulkhead('5' as never)).toThrow("limit must be a number or an object with current and sample, got '5'");
  expect(() => bulkhead({} as never)).toThrow(TypeError);
  expect(() => bulkhead(1, { maxQueue: -1 })).toThrow('maxQueue must be a non-negative integer, got -1');
  expect(() => bulkhead(1, { maxWaitMs: Number.NaN })).toThrow(RangeError);
  expect(() => bulkhead(1, { order: 'random' as never })).toThrow("order must be one of 'fifo', 'lifo', got 'random'");
  expect(() => bulkhead(1, { releaseOnTimeout: 1 as never })).toThrow('releaseOnTimeout must be true or false, got 1');
  expect(() => bulkhead(1, { queue: 1 } as never)).toThrow('unknown option queue');
});
