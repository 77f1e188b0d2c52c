import { getEventListeners } from 'node:events';
import { isXcError, XcError } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type Intercepts, interceptedEngine } from '../../test/intercepted-engine.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { createQueue } from './create-queue.ts';
import type { QueueOptions } from './queue-options.ts';

function opened(intercepts: Intercepts = {}, options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const engine = interceptedEngine(memoryEngine({ clock }), intercepts);
  return { queue: createQueue('main', { clock, engine, ...options }), clock };
}

test('sends what callers of one tick add in one request, in their order', async () => {
  const requests: (string | undefined)[][] = [];
  const { queue } = opened({
    add: (request, next) => {
      requests.push(request.entries.map(({ id }) => id));
      return next();
    },
  });
  await using _ = queue;
  const early = queue.add('t', 1, { id: 'a' });
  const fromMicrotasks = (async () => {
    for (let turn = 0; turn < 5; turn++) await undefined;
    return queue.add('t', 3, { id: 'c' });
  })();
  await Promise.all([early, queue.add('t', 2, { id: 'b' }), fromMicrotasks]);
  expect(requests).toEqual([['a', 'b', 'c']]);
  const waiting = await queue.list({ state: 'waiting' });
  expect(waiting.jobs.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('shares requests between callers that add again as soon as they are answered', async () => {
  let requests = 0;
  const { queue } = opened({
    add: (_, next) => {
      requests += 1;
      return next();
    },
  });
  await using _ = queue;
  const caller = async () => {
    for (let round = 0; round < 10; round++) await queue.add('t', round);
  };
  await Promise.all(Array.from({ length: 64 }, caller));
  expect(requests).toBe(10);
  expect((await queue.counts()).waiting).toBe(640);
});

test('lets what an engine refuses at the door fail no other call of its tick', async () => {
  const { queue } = opened({
    add: (request, next) => {
      if (request.entries.some(({ record }) => record.type === 'bad')) throw new RangeError('this one cannot be');
      return next();
    },
  });
  await using _ = queue;
  const calls = [queue.add('t', 1, { id: 'a' }), queue.add('bad', 2), queue.add('t', 3, { id: 'c' })];
  const [a, bad, c] = await Promise.allSettled(calls);
  expect([a, c]).toMatchObject([{ value: { outcome: 'added' } }, { value: { outcome: 'added' } }]);
  expect(bad).toMatchObject({ reason: { message: 'this one cannot be' } });
  expect((await queue.list({ state: 'waiting' })).jobs.map(({ id }) => id)).toEqual(['a', 'c']);
});

test('sends calls of one tick apart where together they are too large for a server', async () => {
  const requests: number[] = [];
  const { queue } = opened(
    {
      add: (request, next) => {
        requests.push(request.entries.length);
        return next();
      },
    },
    { maxDataBytes: 20 * 1_048_576 },
  );
  await using _ = queue;
  const large = 'x'.repeat(15 * 1_048_576);
  await Promise.all([1, 2, 3].map(() => queue.add('t', large)));
  expect(requests).toEqual([2, 1]);
});

test('encodes data at the call, and gives each attempt its own copy', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const data = { list: [1] };
  const adding = queue.add('t', data, { backoff: { kind: 'constant', ms: 10 } });
  data.list.push(2);
  await adding;
  const seen: unknown[] = [];
  const worker = queue.work((job) => {
    seen.push(structuredClone(job.data));
    job.data.list.push(9);
    if (job.attempt === 1) throw new Error('once more');
  });
  await worker.idle();
  await clock.advance(10);
  await worker.idle();
  expect(seen).toEqual([{ list: [1] }, { list: [1] }]);
});

test('gives ids where none are asked for, and refuses to take an id twice', async () => {
  const { queue } = opened();
  await using _ = queue;
  const given = await Promise.all([queue.add('t', 1), queue.add('t', 2)]);
  expect(given.map(({ id }) => id)).toEqual(['~1', '~2']);
  await queue.add('t', 'first', { id: 'mine' });
  await expect(queue.add('other', 'second', { id: 'mine' })).resolves.toMatchObject({ id: 'mine', outcome: 'exists' });
  await expect(queue.inspect('mine')).resolves.toMatchObject({ type: 't', data: 'first' });
});

test('adds nothing when the signal aborts before the request leaves', async () => {
  const { queue } = opened();
  await using _ = queue;
  const controller = new AbortController();
  const adding = queue.add('t', 1, { signal: controller.signal });
  const kept = queue.add('t', 2);
  controller.abort(new Error('changed my mind'));
  await expect(adding).rejects.toThrow('changed my mind');
  await kept;
  await expect(queue.add('t', 3, { signal: controller.signal })).rejects.toThrow('changed my mind');
  expect((await queue.counts()).waiting).toBe(1);
});

test('rejects with the reason when the signal aborts on the way, and leaves no listener', async () => {
  const held: (() => void)[] = [];
  const { queue } = opened({
    async add(_, next) {
      await new Promise<void>((resolve) => held.push(resolve));
      return next();
    },
  });
  const controller = new AbortController();
  const { signal } = controller;
  const settled = queue.add('t', 0, { signal });
  const aborted = queue.addMany([{ type: 't', data: 1 }], { signal });
  const other = queue.add('t', 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  controller.abort(new Error('too slow'));
  await expect(settled).rejects.toThrow('too slow');
  await expect(aborted).rejects.toThrow('too slow');
  for (const resolve of held) resolve();
  await other;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect((await queue.counts()).waiting).toBe(3);
  await queue.close();
});

test('tells of each item of addMany, in order, and lets no bad one stop the others', async () => {
  const { queue } = opened({}, { maxDataBytes: 100 });
  await using _ = queue;
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const items = [
    { type: 't', data: 1, options: { id: 'a' } },
    { type: 't', data: 1, options: { lane: 'nowhere' } },
    { type: 't', data: circular },
    { type: 't', data: 'x'.repeat(200) },
    { type: 't', data: 2, options: { id: 'a' } },
    { type: '', data: 1 },
    { type: 't', data: undefined, options: { id: 'b' } },
  ];
  const told = await queue.addMany(items);
  const shown = told.map((each) => (each instanceof XcError ? each.code : `${each.id} ${each.outcome}`));
  expect(shown).toEqual([
    'a added',
    'XC_QUEUE_BAD_ITEM',
    'XC_QUEUE_UNSERIALIZABLE',
    'XC_QUEUE_TOO_LARGE',
    'a exists',
    'XC_QUEUE_BAD_ITEM',
    'b added',
  ]);
  expect((told[1] as XcError).cause).toBeInstanceOf(RangeError);
});

test('takes 10,000 items in requests of a thousand', async () => {
  const sizes: number[] = [];
  const { queue } = opened({
    add: (request, next) => {
      sizes.push(request.entries.length);
      return next();
    },
  });
  await using _ = queue;
  const told = await queue.addMany(Array.from({ length: 10_000 }, (_, data) => ({ type: 't', data })));
  expect(told).toHaveLength(10_000);
  expect(sizes).toEqual(Array.from({ length: 10 }, () => 1_000));
  const first = await queue.list({ state: 'waiting', limit: 3 });
  expect(first.jobs.map(({ data }) => data)).toEqual([0, 1, 2]);
});

test('refuses what is too large or cannot be said, and keeps undefined as it is', async () => {
  const { queue } = opened({}, { maxDataBytes: 10 });
  await using _ = queue;
  await expect(queue.add('t', 'x'.repeat(9))).rejects.toMatchObject({
    code: 'XC_QUEUE_TOO_LARGE',
    details: { bytes: 11 },
  });
  await expect(queue.add('t', 'x'.repeat(8))).resolves.toMatchObject({ outcome: 'added' });
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  for (const data of [circular, 10n, () => 1]) {
    const error: unknown = await queue.add('t', data).catch((caught: unknown) => caught);
    expect(isXcError(error, 'XC_QUEUE_UNSERIALIZABLE')).toBe(true);
    expect((error as Error).cause).toBeInstanceOf(Error);
  }
  const { id } = await queue.add('t', undefined);
  const view = await queue.inspect(id);
  expect(view).toHaveProperty('data', undefined);
});

test('tells a full queue by the error that can be tried again, and each item of addMany', async () => {
  const { queue } = opened({}, { maxWaiting: 2 });
  await using _ = queue;
  await queue.add('t', 1);
  const told = await queue.addMany([1, 2].map((data) => ({ type: 't', data })));
  expect(told[0]).toMatchObject({ outcome: 'added' });
  expect(told[1]).toMatchObject({ code: 'XC_QUEUE_FULL', retryable: true });
  await expect(queue.add('t', 3)).rejects.toMatchObject({ code: 'XC_QUEUE_FULL', retryable: true });
});

test('tells callers that travelled together of their own ids only when no answer came', async () => {
  const { queue } = opened({
    add: async ({ entries }) => {
      const details = { ids: entries.map(({ id }) => id) };
      throw new XcError('XC_QUEUE_UNKNOWN_OUTCOME', 'no answer', { details, retryable: true });
    },
  });
  await using _ = queue;
  const [one, two] = await Promise.allSettled([queue.add('t', 1, { id: 'a' }), queue.add('t', 1, { id: 'b' })]);
  expect(one).toMatchObject({ reason: { code: 'XC_QUEUE_UNKNOWN_OUTCOME', retryable: true, details: { ids: ['a'] } } });
  expect(two).toMatchObject({ reason: { details: { ids: ['b'] } } });
});

test('sends what is buffered before it closes, and refuses everything afterwards', async () => {
  const clock = new ManualClock();
  const engine = memoryEngine({ clock });
  const queue = createQueue('main', { clock, engine });
  const other = createQueue('main', { clock, engine });
  const adding = queue.add('t', 1);
  await queue.close();
  await expect(adding).resolves.toMatchObject({ outcome: 'added' });
  expect((await other.counts()).waiting).toBe(1);
  const closed = { code: 'XC_QUEUE_CLOSED' };
  await expect(queue.add('t', 1)).rejects.toMatchObject(closed);
  await expect(queue.addMany([])).rejects.toMatchObject(closed);
  await expect(queue.counts()).rejects.toMatchObject(closed);
  await expect(queue.dead.list()).rejects.toMatchObject(closed);
  await expect(queue.dead.redrive({ reason: 'failed' })).rejects.toMatchObject(closed);
  await expect(queue.ref('a').result()).rejects.toMatchObject(closed);
  expect(() => queue.work(() => {})).toThrow(expect.objectContaining(closed));
  expect(() => queue.watch({})).toThrow(expect.objectContaining(closed));
  await expect(queue.close()).resolves.toBeUndefined();
  await other.close();
});

test('counts what came of adds by type and outcome', async () => {
  const meter = new RecordingMeter();
  const { queue } = opened({}, { meter });
  await using _ = queue;
  await queue.add('t', 1, { id: 'a' });
  await queue.add('t', 1, { id: 'a' });
  await queue.add('t', 1, { unique: { key: 'k' } });
  await queue.add('t', 1, { unique: { key: 'k' } });
  const added = (outcome: string) => meter.value('xc_queue_added_total', { queue: 'main', type: 't', outcome });
  expect([added('added'), added('exists'), added('duplicate')]).toEqual([2, 1, 1]);
  const unique = { queue: 'main', mode: 'drop', outcome: 'duplicate' };
  expect(meter.value('xc_queue_unique_total', unique)).toBe(1);
});
