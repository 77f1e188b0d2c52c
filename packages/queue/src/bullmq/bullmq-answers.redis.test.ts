import { systemClock } from '@xc/core';
import { RecordingMeter } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import * as bullmq from 'bullmq';
import { describe, expect, test } from 'vitest';
import { bullQueues } from '../../test/bull-queues.ts';
import { bullmqQueue } from './bullmq-queue.ts';

const open = bullQueues('bull-answers');

describe('says what became of jobs', () => {
  const outcomes = (refs: readonly unknown[]) => refs.map((ref) => (ref as { outcome: string }).outcome).sort();

  test('that were added at once with one id', async () => {
    const meter = new RecordingMeter();
    const queue = open({ meter });
    const item = { type: 'task', data: 1, options: { id: 'same' } };
    expect(outcomes(await queue.addMany([item, item, item]))).toEqual(['added', 'exists', 'exists']);
    const alike = [1, 2].map((data) => queue.add('task', data, { id: 'alike' }));
    expect(outcomes(await Promise.all(alike))).toEqual(['added', 'exists']);
    const counted = (outcome: string) =>
      meter.value('xc_queue_added_total', { queue: queue.name, type: 'task', outcome });
    expect([counted('added'), counted('exists'), (await queue.counts()).waiting]).toEqual([2, 3, 2]);
  });

  test('that were added at once with one unique key', async () => {
    const queue = open();
    const item = { type: 'task', data: 1, options: { unique: { key: 'u' } } };
    const refs = await queue.addMany([item, item]);
    expect(outcomes(refs)).toEqual(['added', 'duplicate']);
    expect(refs[0]).toMatchObject({ id: (refs[1] as { id: string }).id });
    const other = { id: 'other', unique: { key: 'u' } };
    expect(await queue.add('task', 1, other)).toMatchObject({ outcome: 'duplicate' });
  });

  test('that are done and not kept before anybody asks', async () => {
    const queue = open({ keep: { done: { count: 0 } } });
    queue.work(() => 'done');
    const item = (id: string) => ({ type: 'task', data: 1, options: { id } });
    const refs = await queue.addMany(Array.from({ length: 20 }, (_, index) => item(`job-${index}`)));
    expect(outcomes(refs)).toEqual(Array.from({ length: 20 }, () => 'added'));
  });

  test('that die and are not kept to who has waited', async () => {
    let hears = false;
    class Heard extends bullmq.QueueEvents {
      override waitUntilReady(): Promise<void> {
        this.on('delayed', () => {
          hears = true;
        });
        return super.waitUntilReady();
      }
    }
    const queue = open({ bullmq: { ...bullmq, QueueEvents: Heard }, keep: { dead: { count: 0 } }, maxAttempts: 1 });
    const ref = await queue.add('task', 1);
    const result = ref.result().catch((error: unknown) => error);
    await eventually('it hears of jobs', async () => {
      await queue.add('other', 1, { delayMs: 60_000 });
      return hears;
    });
    queue.work(() => Promise.reject(new Error('no luck')));
    expect(await result).toMatchObject({
      code: 'XC_QUEUE_DEAD',
      details: { id: ref.id, reason: 'failed' },
      cause: { message: 'no luck' },
    });
    await expect(ref.result()).rejects.toMatchObject({ code: 'XC_QUEUE_GONE' });
  });

  test('that die and are not kept, though it is seen that they are gone before it is heard why', async () => {
    let hears = false;
    let ready = async () => {};
    class Late extends bullmq.QueueEvents {
      override async waitUntilReady(): Promise<void> {
        await super.waitUntilReady();
        this.once('delayed', () => {
          hears = true;
        });
        await ready();
      }
      override on(...given: never[]): this {
        const [event, listener] = given as unknown as ['failed', (...told: unknown[]) => void];
        const late = (...told: unknown[]) => setTimeout(listener, 50, ...told);
        return super.on(event, event === 'failed' ? late : listener);
      }
    }
    const queue = open({ bullmq: { ...bullmq, QueueEvents: Late }, keep: { dead: { count: 0 } }, maxAttempts: 1 });
    const add = () => queue.add('other', 1, { delayMs: 60_000 });
    (await add()).result().catch(() => {});
    await eventually('it hears of jobs', async () => (await add()) && hears);
    let fail = () => {};
    queue.work(
      () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error('no luck'));
        }),
    );
    const ref = await queue.add('task', 1);
    await eventually('it runs', async () => (await queue.counts()).active === 1);
    ready = async () => {
      fail();
      await eventually('it is gone', async () => (await queue.inspect(ref.id)) === undefined);
    };
    await expect(ref.result()).rejects.toMatchObject({ code: 'XC_QUEUE_DEAD', cause: { message: 'no luck' } });
  });
});

describe('schedules', () => {
  test('keep the slots of an interval when they are to start later', async () => {
    const queue = open();
    const everyMs = 60_000;
    const soon = systemClock.now() + 90_000;
    for (const anchorMs of [0, 137]) {
      for (const startAt of [soon, systemClock.now() - 90_001]) {
        const view = await queue.schedule('tick', { everyMs, anchorMs }, 'task', 1, { startAt });
        expect(view).toMatchObject({ when: { everyMs, anchorMs } });
        expect((view.next as number) % everyMs).toBe(anchorMs);
        expect(view.next).toBeGreaterThanOrEqual(startAt);
        await queue.unschedule('tick');
      }
    }
  });

  test('are refused where they have ended, for good', async () => {
    const queue = open();
    const ended = { startAt: 5, endAt: systemClock.now() - 1_000 };
    for (const when of [{ everyMs: 1_000 }, { cron: '* * * * *' }]) {
      await expect(queue.schedule('s', when, 'task', 1, ended)).rejects.toMatchObject({
        code: 'XC_QUEUE_UNSUPPORTED',
        retryable: false,
        details: { feature: 'schedule without a slot to come' },
      });
    }
    expect(await queue.schedules()).toEqual([]);
  });
});

test('does nothing for a call that is aborted before it begins, and says why', async () => {
  const queue = open();
  await queue.add('task', 1, { id: 'a' });
  const before = await queue.counts();
  const signal = AbortSignal.abort(new Error('mine'));
  const calls: Record<string, () => Promise<unknown>> = {
    add: () => queue.add('task', 1, { signal }),
    addMany: () => queue.addMany([{ type: 'task', data: 1 }], { signal }),
    inspect: () => queue.inspect('a', { signal }),
    list: () => queue.list({ state: 'waiting', signal }),
    counts: () => queue.counts({ signal }),
    cancel: () => queue.cancel('a', { signal }),
    update: () => queue.update('a', { data: 2 }, { signal }),
    remove: () => queue.remove('a', { signal }),
    pause: () => queue.pause({ signal }),
    resume: () => queue.resume({ signal }),
    schedule: () => queue.schedule('s', { everyMs: 60_000 }, 'task', 1, { signal }),
    schedules: () => queue.schedules({ signal }),
    unschedule: () => queue.unschedule('s', { signal }),
    drain: () => queue.drain({ signal }),
    result: () => queue.ref('a').result({ signal }),
    'dead.list': () => queue.dead.list({ signal }),
    'dead.redrive': () => queue.dead.redrive({ ids: ['a'] }, { signal }),
  };
  for (const [name, call] of Object.entries(calls)) await expect(call(), name).rejects.toThrow('mine');
  expect(await queue.counts()).toEqual(before);
  expect(await queue.schedules()).toEqual([]);
  expect(await queue.inspect('a')).toMatchObject({ data: 1, state: 'waiting' });
  await expect(queue.counts({ signal: 'no' as never })).rejects.toThrow(TypeError);
});

describe('while Redis is away', () => {
  const away = (deadlineMs: number) =>
    bullmqQueue('away', { bullmq, connection: { host: '127.0.0.1', port: 1 }, deadlineMs });

  test('gives up a call at once when it is aborted', async () => {
    const queue = away(60_000);
    const calls = new AbortController();
    const waiting = [
      queue.counts({ signal: calls.signal }),
      queue.add('task', 1, { signal: calls.signal }),
      queue.ref('1').result({ signal: calls.signal }),
    ];
    calls.abort(new Error('mine'));
    for (const call of waiting) await expect(call).rejects.toThrow('mine');
    await queue[Symbol.asyncDispose]();
  });

  test('says so for bad input', async () => {
    const queue = away(60_000);
    await expect(queue.inspect('')).rejects.toThrow(RangeError);
    await expect(queue.list({ state: 'done', limit: 0 })).rejects.toThrow(RangeError);
    await expect(queue.update('a', { lane: 'high' })).rejects.toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED' });
    await expect(queue.schedule('s', { everyMs: 0 }, 'task', 1)).rejects.toThrow(RangeError);
    await queue.close();
  });
});

describe('opening', () => {
  const given = { bullmq, connection: { host: '127.0.0.1', port: 1 } };

  test.each([
    ['keep', 5, TypeError],
    ['keep', { done: { count: -1 } }, RangeError],
    ['prefix', 5, TypeError],
    ['prefix', '', RangeError],
    ['timeoutMs', 0, RangeError],
    ['maxAttempts', 0, RangeError],
    ['deadlineMs', 0, RangeError],
    ['clock', {}, TypeError],
    ['logger', {}, TypeError],
    ['meter', 5, TypeError],
    ['tracer', {}, TypeError],
    ['nothing', 1, TypeError],
  ])('refuses %s %j', (option, value, refusal) => {
    expect(() => bullmqQueue('a', { ...given, [option]: value })).toThrow(refusal);
  });

  test.each(['', 'a b', 'a:b', '{a}', 'a\n', 'x'.repeat(101)])('refuses the name %j', (name) => {
    expect(() => bullmqQueue(name, given)).toThrow(RangeError);
  });

  test.each(['maxDataBytes', 'codec', 'lanes', 'random'])('has no %s', (option) => {
    expect(() => bullmqQueue('a', { ...given, [option]: {} })).toThrow(`BullMQ has no ${option}`);
  });
});
