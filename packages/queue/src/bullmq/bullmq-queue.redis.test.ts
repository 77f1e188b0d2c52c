import { isXcError } from '@xc/core';
import * as bullmq from 'bullmq';
import { describe, expect, test } from 'vitest';
import { bullQueues } from '../../test/bull-queues.ts';
import { batch } from '../worker/batch.ts';
import { discard, retryAfter, snooze } from '../worker/outcome-errors.ts';

const open = bullQueues('bull');

describe('adding and working', () => {
  test('runs a job and gives its result to whoever waits', async () => {
    const queue = open();
    const seen: unknown[] = [];
    queue.work({
      sum: async ({ id, type, data, attempt, delivery, lane, key }) => {
        seen.push({ id, type, data, attempt, delivery, lane, key });
        return data.a + data.b;
      },
    });
    const ref = await queue.add('sum', { a: 1, b: 2 }, { id: 'first' });
    expect(ref).toMatchObject({ id: 'first', outcome: 'added' });
    expect(await ref.result()).toBe(3);
    expect(await queue.ref('first').result()).toBe(3);
    expect(seen).toEqual([
      { id: 'first', type: 'sum', data: { a: 1, b: 2 }, attempt: 1, delivery: 1, lane: 'normal', key: undefined },
    ]);
    expect(await queue.inspect('first')).toMatchObject({ state: 'done', result: 3, attempt: 1 });
  });

  test('learns how a job ended though its event was never heard', async () => {
    class Deaf extends bullmq.QueueEvents {
      override on(): this {
        return this;
      }
    }
    const queue = open({ bullmq: { ...bullmq, QueueEvents: Deaf } });
    const refs = await Promise.all([1, 2].map((data) => queue.add('task', data)));
    const results = refs.map((ref) => ref.result());
    await Promise.race([Promise.allSettled(results), new Promise((resolve) => setTimeout(resolve, 300))]);
    expect(await queue.remove(refs[1]?.id as string)).toBe('removed');
    queue.work((job) => job.data * 2);
    expect(await results[0]).toBe(2);
    await expect(results[1]).rejects.toMatchObject({ code: 'XC_QUEUE_GONE' });
  });

  test('knows an id that is there, and a unique key that is held', async () => {
    const queue = open();
    await queue.add('task', 1, { id: 'same' });
    expect(await queue.add('task', 2, { id: 'same' })).toMatchObject({ id: 'same', outcome: 'exists' });
    const holder = await queue.add('task', 1, { unique: { key: 'u' } });
    expect(await queue.add('task', 2, { unique: { key: 'u' } })).toMatchObject({ id: holder.id, outcome: 'duplicate' });
    expect((await queue.counts()).waiting).toBe(2);
  });

  test('hands over undefined data as undefined, also of a schedule, until it is changed', async () => {
    const queue = open();
    const ref = await queue.add('none', undefined);
    const other = await queue.add('none', undefined);
    const empty = await queue.add('none', {});
    expect((await queue.inspect(ref.id))?.data).toBeUndefined();
    expect((await queue.inspect(empty.id))?.data).toEqual({});
    expect(await queue.update(ref.id, { data: undefined })).toBe('updated');
    expect(await queue.update(other.id, { data: { now: 1 } })).toBe('updated');
    const reason = { code: 'XC_QUEUE_UNSUPPORTED', details: { feature: 'update to undefined data' } };
    await expect(queue.update(other.id, { data: undefined })).rejects.toMatchObject(reason);
    await queue.schedule('often', { everyMs: 50 }, 'slot', undefined, { limit: 1 });
    const seen = new Map<string, unknown>();
    queue.work((job) => void seen.set(job.type === 'slot' ? 'slot' : job.id, job.data));
    await expect.poll(() => seen.size, { timeout: 5_000 }).toBe(4);
    expect(seen).toEqual(
      new Map<string, unknown>([
        [ref.id, undefined],
        [other.id, { now: 1 }],
        [empty.id, {}],
        ['slot', undefined],
      ]),
    );
  });

  test('adds many, and refuses a bad one by itself', async () => {
    const queue = open();
    const items = [
      { type: 'a', data: 1 },
      { type: 'a', data: 2, options: { key: 'k' } },
      { type: 'a', data: 3 },
    ];
    const [first, second, third] = await queue.addMany(items);
    expect([first, third].map((ref) => isXcError(ref))).toEqual([false, false]);
    expect(second).toMatchObject({ code: 'XC_QUEUE_UNSUPPORTED', details: { feature: 'key' } });
    expect((await queue.counts()).waiting).toBe(2);
    await expect(queue.addMany({} as never)).rejects.toThrow(TypeError);
    await expect(queue.add('', 1)).rejects.toThrow(RangeError);
    await expect(queue.add('a', 1, { delayMs: -1 })).rejects.toThrow(RangeError);
  });

  test('refuses data that cannot be written down, as every queue of ours does', async () => {
    const queue = open();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const data of [1n, circle, () => 1, Symbol('x')]) {
      await expect(queue.add('a', data)).rejects.toMatchObject({ code: 'XC_QUEUE_UNSERIALIZABLE' });
    }
    const [bad, good] = await queue.addMany([
      { type: 'a', data: 1n },
      { type: 'a', data: undefined, options: { id: 'good' } },
    ]);
    expect([bad, good]).toMatchObject([{ code: 'XC_QUEUE_UNSERIALIZABLE' }, { outcome: 'added' }]);
    await expect(queue.update('good', { data: 1n })).rejects.toMatchObject({ code: 'XC_QUEUE_UNSERIALIZABLE' });
    await expect(queue.schedule('s', { everyMs: 60_000 }, 'a', 1n)).rejects.toMatchObject({
      code: 'XC_QUEUE_UNSERIALIZABLE',
    });
    expect((await queue.counts()).waiting).toBe(1);
  });

  test('ends a job whose result cannot be written down, and does not run it again', async () => {
    const queue = open({ maxAttempts: 3 });
    let runs = 0;
    queue.work(() => {
      runs += 1;
      return 1n;
    });
    const ref = await queue.add('a', 1, { backoff: { kind: 'constant', ms: 1 } });
    await expect(ref.result()).rejects.toMatchObject({
      details: { reason: 'failed' },
      cause: { code: 'XC_QUEUE_UNSERIALIZABLE' },
    });
    expect(runs).toBe(1);
    expect(await queue.inspect(ref.id)).toMatchObject({
      state: 'dead',
      reason: 'failed',
      error: { name: 'XcError', code: 'XC_QUEUE_UNSERIALIZABLE' },
    });
  });

  test('waits out delays', async () => {
    const queue = open();
    const started = Date.now();
    queue.work(() => Date.now() - started);
    const [soon, due] = await Promise.all([
      queue.add('task', 1, { delayMs: 150 }),
      queue.add('task', 1, { dueAt: started + 200 }),
    ]);
    expect(await queue.inspect(soon.id)).toMatchObject({ state: 'delayed' });
    expect(await soon.result()).toBeGreaterThanOrEqual(145);
    expect(await due.result()).toBeGreaterThanOrEqual(195);
  });

  test('keeps progress and log lines', async () => {
    const queue = open();
    queue.work(async (job) => {
      await job.progress({ half: true });
      await job.log('a line');
    });
    const ref = await queue.add('task', 1);
    expect(await ref.result()).toBeUndefined();
    expect(await queue.inspect(ref.id)).toMatchObject({ progress: { half: true }, logs: ['a line'] });
  });
});

describe('failing', () => {
  test.each([
    [{ kind: 'constant', ms: 60 } as const, 60],
    [{ kind: 'exponential', baseMs: 40, capMs: 50, jitter: 'none' } as const, 90],
  ])('tries again after a back-off of %j, then it is dead', async (backoff, least) => {
    const queue = open();
    const times: number[] = [];
    const attempts: number[] = [];
    queue.work((job) => {
      times.push(Date.now());
      attempts.push(job.attempt);
      throw Object.assign(new Error('no luck'), { code: 'E_LUCK' });
    });
    const tries = least === 60 ? 2 : 3;
    const ref = await queue.add('task', 1, { maxAttempts: tries, backoff });
    await expect(ref.result()).rejects.toMatchObject({
      code: 'XC_QUEUE_DEAD',
      details: { reason: 'failed' },
      cause: { message: 'no luck', code: 'E_LUCK' },
    });
    expect(attempts).toEqual(Array.from({ length: tries }, (_, index) => index + 1));
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThanOrEqual(least);
    expect((await queue.dead.list()).jobs).toMatchObject([
      { id: ref.id, reason: 'failed', error: { message: 'no luck' } },
    ]);
  });

  test('follows discard, retryAfter and snooze', async () => {
    const queue = open();
    const runs: Record<string, { at: number; attempt: number }[]> = {};
    queue.work((job) => {
      const seen = runs[job.type] ?? [];
      runs[job.type] = seen;
      seen.push({ at: Date.now(), attempt: job.attempt });
      if (job.type === 'discard') throw discard('no use');
      if (seen.length === 1) throw job.type === 'retry' ? retryAfter(120) : snooze(120);
      return 'done';
    });
    const discarded = await queue.add('discard', 1);
    await expect(discarded.result()).rejects.toMatchObject({ details: { reason: 'discarded' } });
    for (const [type, attempt] of [
      ['retry', 2],
      ['snooze', 1],
    ] as const) {
      expect(await (await queue.add(type, 1)).result()).toBe('done');
      const [first, second] = runs[type] as [{ at: number }, { at: number; attempt: number }];
      expect(second.at - first.at).toBeGreaterThanOrEqual(115);
      expect(second.attempt, type).toBe(attempt);
    }
    expect(runs.discard).toHaveLength(1);
  });

  test('ends an attempt that takes too long by its signal', async () => {
    const queue = open({ timeoutMs: 60, maxAttempts: 1 });
    let reason: unknown;
    queue.work(
      (job) =>
        new Promise((resolve) => {
          job.signal.addEventListener('abort', () => {
            reason = job.signal.reason;
            resolve('late');
          });
        }),
    );
    const ref = await queue.add('task', 1);
    await expect(ref.result()).rejects.toMatchObject({ code: 'XC_QUEUE_DEAD' });
    expect(reason).toMatchObject({ code: 'XC_QUEUE_TIMEOUT' });
  });

  test('redrives and drops dead letters', async () => {
    const queue = open({ maxAttempts: 1 });
    let good = false;
    const worker = queue.work(() => {
      if (!good) throw new Error('no');
      return 'yes';
    });
    const refs = await Promise.all(['a', 'b', 'c'].map((id) => queue.add(`task ${id}`, 1, { id })));
    await Promise.all(refs.map((ref) => ref.result().catch(() => {})));
    expect((await queue.dead.list({ type: 'task b' })).jobs.map(({ id }) => id)).toEqual(['b']);
    expect((await queue.dead.list({ reason: 'poison' })).jobs).toEqual([]);
    good = true;
    expect(await queue.dead.redrive({ ids: ['a', 'nobody'] })).toEqual({ redriven: 1, missing: ['nobody'] });
    expect(await queue.ref('a').result()).toBe('yes');
    expect(await queue.dead.drop({ type: 'task b' })).toBe(1);
    expect(await queue.dead.redrive({ reason: 'failed' })).toMatchObject({ redriven: 1 });
    expect(await queue.ref('c').result()).toBe('yes');
    await expect(queue.dead.redrive({})).rejects.toThrow(TypeError);
    await expect(queue.dead.drop({})).rejects.toThrow(TypeError);
    await worker.stop();
  });
});

describe('looking and changing', () => {
  test('lists by state, page by page, and counts', async () => {
    const queue = open();
    await queue.addMany(
      Array.from({ length: 7 }, (_, index) => ({ type: 'task', data: index, options: { id: `job-${index}` } })),
    );
    await queue.add('task', 1, { delayMs: 60_000 });
    const first = await queue.list({ state: 'waiting', limit: 5 });
    const second = await queue.list({ state: 'waiting', limit: 5, cursor: first.cursor });
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `job-${n}`));
    expect(second.cursor).toBeUndefined();
    expect(await queue.counts()).toMatchObject({ waiting: 7, delayed: 1, active: 0, done: 0, paused: false });
    expect(await queue.inspect('nobody')).toBeUndefined();
  });

  test('pauses and resumes', async () => {
    const queue = open();
    await queue.pause();
    expect((await queue.counts()).paused).toBe(true);
    const worker = queue.work(() => 'done');
    await worker.ready();
    const ref = await queue.add('task', 1);
    await expect(ref.result({ timeoutMs: 150 })).rejects.toMatchObject({ code: 'XC_QUEUE_RESULT_TIMEOUT' });
    expect((await queue.counts()).waiting).toBe(1);
    await queue.resume();
    expect(await ref.result()).toBe('done');
  });

  test('changes data and delay, removes, drains and cancels what has not started', async () => {
    const queue = open();
    const delayed = await queue.add('task', 1, { delayMs: 60_000 });
    expect(await queue.update(delayed.id, { data: 2, delayMs: 0 })).toBe('updated');
    expect(await queue.inspect(delayed.id)).toMatchObject({ state: 'waiting', data: 2 });
    expect(await queue.remove(delayed.id)).toBe('removed');
    expect(await queue.remove(delayed.id)).toBe('missing');
    const waiting = await queue.add('task', 1);
    const result = waiting.result();
    const told = expect(result).rejects.toMatchObject({ code: 'XC_QUEUE_CANCELLED', details: { reason: 'no need' } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await queue.cancel(waiting.id, { reason: 'no need' })).toBe('cancelled');
    await told;
    expect(await queue.cancel('nobody')).toBe('missing');
    await queue.addMany([
      { type: 'a', data: 1 },
      { type: 'a', data: 1, options: { delayMs: 60_000 } },
    ]);
    expect(await queue.drain()).toBe(1);
    expect(await queue.drain({ delayed: true })).toBe(1);
  });

  test('makes jobs by schedule', async () => {
    const queue = open();
    const seen: (number | undefined)[] = [];
    queue.work((job) => {
      seen.push(job.scheduledFor);
    });
    const view = await queue.schedule('tick', { everyMs: 100 }, 'task', { n: 1 }, { limit: 3 });
    expect(view).toMatchObject({ name: 'tick', when: { everyMs: 100 }, type: 'task', data: { n: 1 } });
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(seen.every((slot) => slot !== undefined && slot > 1_700_000_000_000)).toBe(true);
    await queue.schedule('nightly', { cron: '0 3 * * *', tz: 'Europe/Berlin' }, 'task', 1);
    expect((await queue.schedules()).map(({ name }) => name)).toContain('nightly');
    expect(await queue.unschedule('nightly')).toBe(true);
    expect(await queue.unschedule('nightly')).toBe(false);
    await expect(queue.schedule('x', { cron: '61 * * * *' }, 'task', 1)).rejects.toThrow(RangeError);
  });

  test('finishes what runs when stopped, and refuses every call once closed', async () => {
    const queue = open();
    const worker = queue.work(() => new Promise((resolve) => setTimeout(resolve, 150)));
    await queue.add('task', 1);
    await expect.poll(() => worker.running).toBe(1);
    expect(await worker.stop()).toEqual({ finished: 1, handedBack: 0, abandoned: 0 });
    expect(await queue.counts()).toMatchObject({ done: 1, active: 0 });
    await queue.close();
    await queue.close();
    await expect(queue.add('task', 1)).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
    for (const refused of [queue.dead.redrive({ ids: ['1'] }), queue.dead.drop({ ids: ['1'] }), queue.dead.list()]) {
      await expect(refused).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
    }
    expect(() => queue.work(() => {})).toThrow('closed');
  });
});

describe('what BullMQ does not have', () => {
  const refused = (feature: string) => ({ code: 'XC_QUEUE_UNSUPPORTED', details: { feature } });

  test.each([
    [{ key: 'k' }, 'key'],
    [{ lane: 'high' }, 'lane'],
    [{ expiresInMs: 5_000 }, 'expiresInMs'],
    [{ unique: { key: 'u', mode: 'replace' } }, 'unique mode replace'],
    [{ unique: { key: 'u', mode: 'latest' } }, 'unique mode latest'],
    [{ unique: { key: 'u', mode: 'throttle', ttlMs: 5 } }, 'unique mode throttle'],
    [{ unique: { key: 'u', mode: 'debounce', ttlMs: 5 } }, 'unique mode debounce'],
    [{ id: 'a:b' }, 'id such as "a:b"'],
    [{ id: '17' }, 'id such as "17"'],
  ] as const)('is refused when %j is asked of add', async (options, feature) => {
    await expect(open().add('task', 1, options)).rejects.toMatchObject(refused(feature));
  });

  test('is refused when asked of the queue', async () => {
    const queue = open();
    await expect(queue.flow([{ name: 'a', type: 'a', data: 1 }])).rejects.toMatchObject(refused('flow'));
    await expect(queue.limit({ concurrency: 1 })).rejects.toMatchObject(refused('limit'));
    await queue.add('task', 1, { id: 'one' });
    await expect(queue.update('one', { lane: 'high' })).rejects.toMatchObject(refused('lane'));
    await expect(queue.schedule('s', { everyMs: 5 }, 'a', 1, { missed: 'once' })).rejects.toMatchObject(
      refused('missed'),
    );
    await expect(queue.schedule('s', { cron: '@daily', gap: 'skip' }, 'a', 1)).rejects.toMatchObject(refused('gap'));
    await expect(queue.schedule('s', { everyMs: 5 }, 'a', 1, { ifRunning: 'skip' })).rejects.toMatchObject({
      code: 'XC_QUEUE_UNSUPPORTED',
    });
    await expect(queue.dead.redrive({ ids: ['a'] }, { forget: true })).rejects.toMatchObject(refused('once'));
    const options = { heartbeat: 'thread', maxBlockMs: 5, onStuck() {}, maxStuck: 3, prefetch: 5, schedules: false };
    for (const [name, value] of Object.entries(options)) {
      expect(() => queue.work(() => {}, { [name]: value }), name).toThrow('BullMQ has no');
    }
    expect(() => queue.work(() => {}, { nothing: 1 } as never)).toThrow(TypeError);
    const codes = [
      () => queue.watch({}),
      () => queue.work({ a: batch(() => {}) }),
      () => open({ perKey: {} } as never),
    ].map((call) => {
      try {
        call();
        return 'nothing';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
    expect(codes).toEqual(['XC_QUEUE_UNSUPPORTED', 'XC_QUEUE_UNSUPPORTED', 'XC_QUEUE_UNSUPPORTED']);
  });

  test('is refused when asked of a job', async () => {
    const queue = open({ maxAttempts: 1 });
    const codes: unknown[] = [];
    let release = () => {};
    queue.work(async (job) => {
      try {
        codes.push(job.fence);
      } catch (error) {
        codes.push((error as { details: { feature: string } }).details.feature);
      }
      await job.once('pay', () => 1).catch((error) => codes.push(error.details.feature));
      await job.dependencies().catch((error) => codes.push(error.details.feature));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const ref = await queue.add('task', 1);
    await expect.poll(() => codes.length).toBe(3);
    expect(codes).toEqual(['fence', 'once', 'flow']);
    await expect(queue.cancel(ref.id)).rejects.toMatchObject(refused('cancel of an active job'));
    expect(await queue.remove(ref.id)).toBe('active');
    expect(await queue.update(ref.id, { data: 2 })).toBe('active');
    release();
    await ref.result();
  });
});
