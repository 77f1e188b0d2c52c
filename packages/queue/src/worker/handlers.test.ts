import { constantBackoff, type XcError } from '@xc/core';
import { ManualClock, MemoryLogger, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import type { QueueEvent } from '../events/queue-events.ts';
import type { Job } from '../job/job.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { QueueOptions } from '../queue/queue-options.ts';
import { discard, retryAfter, snooze } from './outcome-errors.ts';

function opened(options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const logger = new MemoryLogger();
  const queue = createQueue('main', { clock, logger, random: new SeededRandom(1), ...options });
  return { queue, clock, logger };
}

test('keeps what a handler returns as the result, and nothing for undefined', async () => {
  const { queue } = opened();
  await using _ = queue;
  const refs = await Promise.all(['value', 'nothing', 'sync'].map((type) => queue.add(type, 1)));
  queue.work({ value: async () => ({ a: 1 }), nothing: async () => {}, sync: () => 7 });
  await expect(Promise.all(refs.map((ref) => ref.result()))).resolves.toEqual([{ a: 1 }, undefined, 7]);
});

test('is dead at once where the result cannot be said', async () => {
  const { queue } = opened();
  await using _ = queue;
  const ref = await queue.add('t', 1);
  queue.work(() => 10n);
  await expect(ref.result()).rejects.toMatchObject({ code: 'XC_QUEUE_DEAD', details: { reason: 'failed' } });
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({
    error: { code: 'XC_QUEUE_UNSERIALIZABLE' },
    attempt: 2,
  });
});

test('tries again after the back-off, and is dead with the last error once attempts are used up', async () => {
  const { queue, clock } = opened({ maxAttempts: 3, backoff: { delayMs: (attempt) => attempt * 100 } });
  await using _ = queue;
  const ref = await queue.add('t', 1);
  const starts: [number, number, string | undefined][] = [];
  const worker = queue.work((job) => {
    starts.push([clock.monotonic(), job.attempt, job.lastError?.message]);
    throw new TypeError(`failed at ${job.attempt}`);
  });
  await worker.idle();
  await clock.advance(99);
  expect(starts).toHaveLength(1);
  await clock.advance(1_000);
  expect(starts).toEqual([
    [0, 1, undefined],
    [100, 2, 'failed at 1'],
    [300, 3, 'failed at 2'],
  ]);
  const view = await queue.inspect(ref.id);
  expect(view).toMatchObject({ state: 'dead', reason: 'failed', delivery: 3 });
  expect(view?.error).toMatchObject({ name: 'TypeError', message: 'failed at 3' });
  expect(view?.error?.stack?.split('\n').length).toBeLessThanOrEqual(8);
  const error = (await ref.result().catch((caught: unknown) => caught)) as XcError;
  expect(error).toMatchObject({ code: 'XC_QUEUE_DEAD', details: { reason: 'failed' }, cause: view?.error });
});

test("goes by the job's own attempts and back-off before the queue's", async () => {
  const { queue, clock } = opened({ maxAttempts: 1, backoff: constantBackoff(5_000) });
  await using _ = queue;
  const backoff = { kind: 'exponential', baseMs: 10, capMs: 15, jitter: 'none' } as const;
  await queue.add('t', 1, { maxAttempts: 3, backoff });
  const at: number[] = [];
  const worker = queue.work(() => {
    at.push(clock.monotonic());
    throw new Error('no');
  });
  await worker.idle();
  await clock.advance(100);
  expect(at).toEqual([0, 10, 25]);
});

test('does what discard, retryAfter and snooze ask for, by code', async () => {
  const { queue, clock } = opened({ maxAttempts: 2, backoff: constantBackoff(60_000) });
  await using _ = queue;
  const runs: [string, number, number, number][] = [];
  const thrown: Record<string, () => unknown> = {
    discard: () => discard('broken for ever', { cause: new Error('why') }),
    retry: () => retryAfter(123),
    snooze: () => snooze(50),
  };
  const refs = await Promise.all(Object.keys(thrown).map((type) => queue.add(type, 1, { id: type })));
  const worker = queue.work((job) => {
    runs.push([job.type, clock.monotonic(), job.attempt, job.delivery]);
    if (job.delivery < 4) throw thrown[job.type]?.();
  });
  await worker.idle();
  await clock.advance(1_000);
  expect(runs.filter(([type]) => type === 'discard')).toEqual([['discard', 0, 1, 1]]);
  await expect(queue.inspect('discard')).resolves.toMatchObject({
    state: 'dead',
    reason: 'discarded',
    error: { message: 'broken for ever', code: 'XC_QUEUE_DISCARD' },
  });
  expect(runs.filter(([type]) => type === 'retry')).toEqual([
    ['retry', 0, 1, 1],
    ['retry', 123, 2, 2],
  ]);
  await expect(queue.inspect('retry')).resolves.toMatchObject({ state: 'dead', reason: 'failed' });
  expect(runs.filter(([type]) => type === 'snooze').map((run) => run.slice(1))).toEqual([
    [0, 1, 1],
    [50, 1, 2],
    [100, 1, 3],
    [150, 1, 4],
  ]);
  await expect(refs[2]?.result()).resolves.toBeUndefined();
});

test('hands back a type without a handler after 5 s with nothing burnt, or kills it where asked', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  await queue.add('new', 1, { id: 'a' });
  const old = queue.work({ known: () => {} });
  await old.idle();
  await expect(queue.inspect('a')).resolves.toMatchObject({ state: 'delayed', attempt: 1, delivery: 1 });
  await old.stop();
  const deployed: Job[] = [];
  const young = queue.work({ new: (job) => void deployed.push(job) });
  await clock.advance(4_999);
  expect(deployed).toHaveLength(0);
  await clock.advance(1);
  expect(deployed).toMatchObject([{ attempt: 1, delivery: 2 }]);
  await young.stop();
  await queue.add('new', 1, { id: 'b' });
  await queue.work({ known: () => {} }, { unknownType: 'dead' }).idle();
  await expect(queue.inspect('b')).resolves.toMatchObject({ state: 'dead', reason: 'unknown-type' });
});

test.each(['one queue object', 'two queue objects'])(
  'hands a type that a worker does not know to the next one that is idle, on %s',
  async (objects) => {
    const clock = new ManualClock(1_700_000_000_000);
    const engine = memoryEngine({ clock });
    await using first = createQueue('main', { clock, engine });
    await using second = createQueue('main', { clock, engine });
    const ran: string[] = [];
    const others = objects === 'one queue object' ? first : second;
    const workers = ['a', 'b', 'c'].map((type, nth) =>
      (nth === 0 ? first : others).work({ [type]: (job) => void ran.push(`${type} ${job.data}`) }),
    );
    await Promise.all(workers.map((worker) => worker.idle()));
    for (const round of [1, 2]) for (const type of ['c', 'b', 'a']) await first.add(type, round);
    // Each of them has each job at most once.
    await clock.advance(10_000);
    expect(ran.sort()).toEqual(['a 1', 'a 2', 'b 1', 'b 2', 'c 1', 'c 2']);
  },
);

test('never calls a handler for data that cannot be decoded, and keeps the bytes', async () => {
  const clock = new ManualClock();
  const engine = memoryEngine({ clock });
  const foreign = { id: 99, encode: () => Uint8Array.of(1, 2, 3), decode: () => 0 };
  await using writer = createQueue('main', { clock, engine, codec: foreign });
  await using reader = createQueue('main', { clock, engine });
  await writer.add('t', 1, { id: 'a' });
  let calls = 0;
  await reader.work(() => void calls++).idle();
  expect(calls).toBe(0);
  const view = await reader.inspect('a');
  expect(view).toMatchObject({ state: 'dead', reason: 'undecodable' });
  expect(view?.data).toEqual(Uint8Array.of(1, 2, 3));
});

test('makes a signal only for who reads it', async () => {
  const { queue } = opened();
  await using _ = queue;
  await queue.add('t', 1);
  const signals: AbortSignal[] = [];
  const worker = queue.work((job) => {
    signals.push(job.signal, job.signal);
  });
  await worker.idle();
  expect(signals[0]).toBe(signals[1]);
  expect(signals[0]?.aborted).toBe(false);
});

test('aborts the signal at the timeout, and the attempt fails when the handler settles, however it does', async () => {
  const { queue, clock } = opened({ timeoutMs: 100, maxAttempts: 1 });
  await using _ = queue;
  const ends: Record<string, (value?: unknown) => void> = {};
  const reasons: unknown[] = [];
  const worker = queue.work((job) => {
    job.signal.addEventListener('abort', () => reasons.push(job.signal.reason));
    return new Promise((resolve, reject) => {
      ends[job.id] = job.id === 'resolves' ? resolve : reject;
    });
  });
  await queue.add('t', 1, { id: 'resolves' });
  await queue.add('t', 1, { id: 'rejects', timeoutMs: 200 });
  await turns();
  await clock.advance(100);
  expect(reasons).toMatchObject([{ code: 'XC_QUEUE_TIMEOUT' }]);
  await clock.advance(100);
  expect(reasons).toHaveLength(2);
  expect((await queue.counts()).active).toBe(2);
  for (const end of Object.values(ends)) end(new Error('own'));
  await worker.idle();
  for (const id of ['resolves', 'rejects']) {
    await expect(queue.inspect(id)).resolves.toMatchObject({ state: 'dead', error: { code: 'XC_QUEUE_TIMEOUT' } });
  }
});

test('gives the slot of a stuck handler free, says so, and is down from maxStuck on', async () => {
  const { queue, clock, logger } = opened({ timeoutMs: 100, maxAttempts: 2, backoff: constantBackoff(0) });
  await using _ = queue;
  const told: Job[] = [];
  const events: QueueEvent[] = [];
  queue.watch({ stuck: (event) => events.push(event) });
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onStuck = (job: Job) => {
    told.push(job);
    throw new Error('onStuck is broken');
  };
  const worker = queue.work((job) => (job.attempt === 1 ? stuck : 'second'), {
    ...{ concurrency: 1, abortGraceMs: 50, maxStuck: 1, onStuck },
  });
  const ref = await queue.add('t', 1);
  await turns();
  await clock.advance(149);
  expect([worker.running, worker.stuck]).toEqual([1, 0]);
  await expect(queue.probe().check(AbortSignal.timeout(1_000))).resolves.toMatchObject({ status: 'up' });
  await clock.advance(1);
  await expect(ref.result()).resolves.toBe('second');
  expect([worker.running, worker.stuck]).toEqual([0, 1]);
  expect(told.map(({ id }) => id)).toEqual([ref.id]);
  expect(events).toMatchObject([{ id: ref.id, reason: expect.stringContaining('overlap') }]);
  expect(logger.find({ message: 'onStuck threw' })).toHaveLength(1);
  const down = await queue.probe().check(AbortSignal.timeout(1_000));
  expect(down).toMatchObject({ status: 'down', details: { stuck: 1 } });
  release();
  await turns();
  expect(worker.stuck).toBe(0);
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ state: 'done', result: 'second' });
});

test('tells an active job of its cancellation by push, and never tries it again', async () => {
  const { queue } = opened();
  await using _ = queue;
  const reasons: XcError[] = [];
  const worker = queue.work(async (job) => {
    if (job.id === 'wins') {
      await new Promise<void>((resolve) => job.signal.addEventListener('abort', () => resolve()));
      return 'done all the same';
    }
    await new Promise((_resolve, reject) => {
      job.signal.addEventListener('abort', () => {
        reasons.push(job.signal.reason);
        reject(job.signal.reason);
      });
    });
  });
  const [loses, wins] = await Promise.all([queue.add('t', 1, { id: 'loses' }), queue.add('t', 1, { id: 'wins' })]);
  await turns();
  await expect(queue.cancel('loses', { reason: 'not needed' })).resolves.toBe('requested');
  await expect(queue.cancel('wins')).resolves.toBe('requested');
  await expect(loses?.result()).rejects.toMatchObject({
    code: 'XC_QUEUE_CANCELLED',
    details: { reason: 'not needed' },
  });
  await expect(wins?.result()).resolves.toBe('done all the same');
  expect(reasons).toMatchObject([{ code: 'XC_QUEUE_CANCELLED', details: { reason: 'not needed' } }]);
  await worker.idle();
  await expect(queue.inspect('loses')).resolves.toMatchObject({ state: 'cancelled', delivery: 1 });
});

test('shows a handler what its job is', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  await clock.advance(5);
  await queue.add('t', { a: 1 }, { id: 'x', key: 'k', lane: 'high', delayMs: 10 });
  const seen: unknown[] = [];
  const worker = queue.work((job) => {
    const { id, type, data, lane, key, attempt, delivery, fence, addedAt, dueAt, scheduledFor, lastError } = job;
    seen.push({
      id,
      type,
      data,
      lane,
      key,
      attempt,
      delivery,
      fence: typeof fence,
      addedAt,
      dueAt,
      scheduledFor,
      lastError,
    });
  });
  await worker.idle();
  await clock.advance(10);
  const at = 1_700_000_000_005;
  expect(seen).toEqual([
    {
      ...{ id: 'x', type: 't', data: { a: 1 }, lane: 'high', key: 'k', attempt: 1, delivery: 1, fence: 'bigint' },
      ...{ addedAt: at, dueAt: at + 10, scheduledFor: undefined, lastError: undefined },
    },
  ]);
});

test('goes on after a value whose then cannot be read, and calls it a result that cannot be said', async () => {
  const { queue } = opened();
  await using _ = queue;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const unreadable = Object.defineProperty({}, 'then', {
    enumerable: true,
    get() {
      throw new Error('not to be read');
    },
  });
  const worker = queue.work({ revoked: () => proxy, unreadable: () => unreadable, fine: () => 7 }, { concurrency: 1 });
  const [revoked, unread, fine] = await Promise.all(
    ['revoked', 'unreadable', 'fine'].map((type) => queue.add(type, 1)),
  );
  await expect(fine?.result()).resolves.toBe(7);
  for (const ref of [revoked, unread]) {
    await expect(ref?.result()).rejects.toMatchObject({
      code: 'XC_QUEUE_DEAD',
      details: { reason: 'failed' },
      cause: { code: 'XC_QUEUE_UNSERIALIZABLE' },
    });
  }
  expect(worker.running).toBe(0);
});

test('fails the attempt where the promise of a handler cannot be waited for', async () => {
  const { queue } = opened({ maxAttempts: 1 });
  await using _ = queue;
  const promise = Promise.resolve(1);
  Object.defineProperty(promise, 'constructor', {
    get() {
      throw new Error('no constructor');
    },
  });
  queue.work(() => promise);
  const ref = await queue.add('t', 1);
  await expect(ref.result()).rejects.toMatchObject({ cause: { message: 'no constructor' } });
});

test('waits a second where the back-off gives no number, also one that gives a promise that rejects', async () => {
  const promised = (async () => {
    throw new Error('no time');
  }) as unknown as () => number;
  for (const delayMs of [promised, () => Number.NaN]) {
    const { queue, clock, logger } = opened({ maxAttempts: 2, backoff: { delayMs } });
    await using _ = queue;
    const ref = await queue.add('t', 1);
    const starts: number[] = [];
    const worker = queue.work(() => {
      starts.push(clock.monotonic());
      throw new Error('broken');
    });
    await worker.idle();
    await clock.advance(2_000);
    expect(starts).toEqual([0, 1_000]);
    expect((await queue.inspect(ref.id))?.state).toBe('dead');
    expect(logger.lines.some(({ message }) => message === 'the back-off gave no time to wait')).toBe(true);
  }
});
