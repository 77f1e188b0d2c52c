import { ManualClock } from '@xc/core/testing';
import { afterAll, expect, test } from 'vitest';
import { batch } from '../worker/batch.ts';
import { discard, retryAfter, snooze } from '../worker/outcome-errors.ts';
import { createQueue } from './create-queue.ts';

const clock = new ManualClock(1_700_000_000_000);
const queue = createQueue('main', { clock });
afterAll(() => queue.close());

type Kind = typeof TypeError | typeof RangeError;
const long = 'x'.repeat(201);
const tooLong = 10 * 366 * 86_400_000 + 1;

test.each<[string, unknown, unknown, Kind]>([
  ['an empty name', '', {}, RangeError],
  ['a name of 101 bytes', 'é'.repeat(51), {}, RangeError],
  ...['a{b', 'a}b', 'a:b', 'a b', 'a\tb', 'a\u0001b'].map((name): [string, unknown, unknown, Kind] => [
    `the name ${JSON.stringify(name)}`,
    name,
    {},
    RangeError,
  ]),
  ['a name that is no string', 7, {}, TypeError],
  ['options that are no object', 'q', 7, TypeError],
  ['an unknown option', 'q', { lane: 'x' }, TypeError],
  ['lane weight 0', 'q', { lanes: { a: 0 } }, RangeError],
  ['a lane weight with a fraction', 'q', { lanes: { a: 1.5 } }, RangeError],
  ['no lane', 'q', { lanes: [] }, RangeError],
  ['nine lanes', 'q', { lanes: [...'abcdefghi'] }, RangeError],
  ['a lane twice', 'q', { lanes: ['a', 'a'] }, RangeError],
  ['a defaultLane that is no lane', 'q', { defaultLane: 'x' }, RangeError],
  ['maxAttempts 0', 'q', { maxAttempts: 0 }, RangeError],
  ['maxAttempts with a fraction', 'q', { maxAttempts: 1.5 }, RangeError],
  ['maxAttempts as a string', 'q', { maxAttempts: '3' }, TypeError],
  ['concurrency 0', 'q', { concurrency: 0 }, RangeError],
  ['leaseMs 499', 'q', { leaseMs: 499 }, RangeError],
  ['leaseMs 3,600,001', 'q', { leaseMs: 3_600_001 }, RangeError],
  ['leaseMs with a fraction', 'q', { leaseMs: 500.5 }, RangeError],
  ['rate.max 0', 'q', { rate: { max: 0, perMs: 1_000 } }, RangeError],
  ['rate.perMs 0', 'q', { rate: { max: 1, perMs: 0 } }, RangeError],
  ['rate.burst 0', 'q', { rate: { max: 1, perMs: 1, burst: 0 } }, RangeError],
  ['a rate that is a number', 'q', { rate: 5 }, TypeError],
  ['perKey.concurrency 0', 'q', { perKey: { concurrency: 0 } }, RangeError],
  ['perKey.onRetry stop', 'q', { perKey: { onRetry: 'stop' } }, RangeError],
  ['keep.done.count -1', 'q', { keep: { done: { count: -1 } } }, RangeError],
  ['maxWaiting 0', 'q', { maxWaiting: 0 }, RangeError],
  ['maxDataBytes 0', 'q', { maxDataBytes: 0 }, RangeError],
  ['timeoutMs 0', 'q', { timeoutMs: 0 }, RangeError],
  ['a back-off without delayMs', 'q', { backoff: { kind: 'constant', ms: 1 } }, TypeError],
  ['an engine without open', 'q', { engine: {} }, TypeError],
])('createQueue refuses %s', (_, name, options, kind) => {
  expect(() => createQueue(name as never, options as never)).toThrow(kind);
});

test.each<[string, unknown, unknown, Kind]>([
  ['an empty type', '', {}, RangeError],
  ['a type of 201 bytes', long, {}, RangeError],
  ['a type that is no string', undefined, {}, TypeError],
  ['an unknown lane', 't', { lane: 'x' }, RangeError],
  ['an empty key', 't', { key: '' }, RangeError],
  ['a key of 201 bytes', 't', { key: long }, RangeError],
  ['an id that starts with ~', 't', { id: '~1' }, RangeError],
  ['an empty id', 't', { id: '' }, RangeError],
  ['an id of 201 bytes', 't', { id: long }, RangeError],
  ['an id with a control character', 't', { id: 'a\nb' }, RangeError],
  ['an id that is a number', 't', { id: 7 }, TypeError],
  ['a negative delayMs', 't', { delayMs: -1 }, RangeError],
  ['delayMs NaN', 't', { delayMs: Number.NaN }, RangeError],
  ['delayMs Infinity', 't', { delayMs: Number.POSITIVE_INFINITY }, RangeError],
  ['delayMs of more than ten years', 't', { delayMs: tooLong }, RangeError],
  ['delayMs with dueAt', 't', { delayMs: 1, dueAt: 1 }, TypeError],
  ['a dueAt that is a Date', 't', { dueAt: new Date(0) }, TypeError],
  ['maxAttempts 0', 't', { maxAttempts: 0 }, RangeError],
  ['timeoutMs 0', 't', { timeoutMs: 0 }, RangeError],
  ['a back-off of another kind', 't', { backoff: { kind: 'linear', ms: 1 } }, RangeError],
  ['a back-off without a time', 't', { backoff: { kind: 'constant' } }, TypeError],
  ['expiresInMs 0', 't', { expiresInMs: 0 }, RangeError],
  ['expiresInMs not above the delay', 't', { expiresInMs: 100, delayMs: 100 }, RangeError],
  ['expiresInMs not above the time until dueAt', 't', { expiresInMs: 100, dueAt: clock.now() + 60_000 }, RangeError],
  ['dueAt more than ten years ahead', 't', { dueAt: clock.now() + tooLong }, RangeError],
  ['unique without a key', 't', { unique: {} }, TypeError],
  ['throttle without ttlMs', 't', { unique: { key: 'k', mode: 'throttle' } }, TypeError],
  ['debounce without ttlMs', 't', { unique: { key: 'k', mode: 'debounce' } }, TypeError],
  ['an unknown unique mode', 't', { unique: { key: 'k', mode: 'first' } }, RangeError],
  ['an unknown option', 't', { delay: 5 }, TypeError],
  ['a signal that is none', 't', { signal: {} }, TypeError],
])('add rejects %s and never throws', async (_, type, options, kind) => {
  await expect(queue.add(type as never, 1, options as never)).rejects.toThrow(kind);
});

const many = Array.from({ length: 10_001 }, () => ({ type: 't', data: 1 }));

test.each<[string, () => Promise<unknown>, Kind]>([
  ['addMany of 10,001', () => queue.addMany(many), RangeError],
  ['addMany of no array', () => queue.addMany({} as never), TypeError],
  ['redrive without a filter', () => queue.dead.redrive({}), TypeError],
  ['drop without a filter', () => queue.dead.drop({}), TypeError],
  ['redrive with an unknown reason', () => queue.dead.redrive({ reason: 'sad' as never }), RangeError],
  ['redrive with max 0', () => queue.dead.redrive({ max: 0 }), RangeError],
  ['list of an unknown state', () => queue.list({ state: 'lost' as never }), RangeError],
  ['list with limit 1,001', () => queue.list({ state: 'done', limit: 1_001 }), RangeError],
  ['limit with concurrency 0', () => queue.limit({ concurrency: 0 }), RangeError],
  ['update to an unknown lane', () => queue.update('a', { lane: 'x' }), RangeError],
  ['update with a negative delay', () => queue.update('a', { delayMs: -1 }), RangeError],
  ['inspect of an empty id', () => queue.inspect(''), RangeError],
  ['a schedule name with a control character', () => queue.schedule('a\u0000', { everyMs: 1 }, 't', 1), RangeError],
  ['everyMs 0', () => queue.schedule('a', { everyMs: 0 }, 't', 1), RangeError],
  ['a schedule with neither', () => queue.schedule('a', {} as never, 't', 1), TypeError],
  ['a cron expression that is none', () => queue.schedule('a', { cron: '61 * * * *' }, 't', 1), RangeError],
  ['missed.all 0', () => queue.schedule('a', { everyMs: 1 }, 't', 1, { missed: { all: 0 } }), RangeError],
  ['endAt before startAt', () => queue.schedule('a', { everyMs: 1 }, 't', 1, { startAt: 5, endAt: 5 }), RangeError],
  ['a schedule with an id', () => queue.schedule('a', { everyMs: 1 }, 't', 1, { id: 'x' } as never), TypeError],
  ['a result timeout below 0', () => queue.ref('a').result({ timeoutMs: -1 }), RangeError],
  ['closing with a grace below 0', () => queue.close({ graceMs: -1 }), RangeError],
])('rejects %s', async (_, call, kind) => {
  await expect(call()).rejects.toThrow(kind);
});

const noop = () => {};

test.each<[string, () => unknown, Kind]>([
  ['an empty map', () => queue.work({}), RangeError],
  ['handlers that are no functions', () => queue.work({ a: 7 as never }), TypeError],
  ['no handlers', () => queue.work(undefined as never), TypeError],
  ['concurrency 0', () => queue.work(noop, { concurrency: 0 }), RangeError],
  ['concurrency with a fraction', () => queue.work(noop, { concurrency: 1.5 }), RangeError],
  ['prefetch -1', () => queue.work(noop, { prefetch: -1 }), RangeError],
  ['graceMs -1', () => queue.work(noop, { graceMs: -1 }), RangeError],
  ['an unknown heartbeat', () => queue.work(noop, { heartbeat: 'timer' as never }), RangeError],
  ['an onStuck that is no function', () => queue.work(noop, { onStuck: 7 as never }), TypeError],
  ['an unknown option', () => queue.work(noop, { threads: 2 } as never), TypeError],
  ['a batch of 0', () => batch(noop, { size: 0 }), RangeError],
  ['a batch without a handler', () => batch(7 as never), TypeError],
  ['a snooze of NaN', () => snooze(Number.NaN), RangeError],
  ['a retry before now', () => retryAfter(-1), RangeError],
  ['a discard without a reason', () => discard(''), RangeError],
  ['a watch of unknown events', () => queue.watch({ finished: noop } as never), TypeError],
  ['a watch of an unknown scope', () => queue.watch({}, { scope: 'world' as never }), RangeError],
])('refuses %s', (_, call, kind) => {
  expect(call).toThrow(kind);
});

test('says what must be and what came', async () => {
  await expect(queue.add('t', 1, { delayMs: -1 })).rejects.toThrow(
    `delayMs must be milliseconds from 0 to ${10 * 365 * 86_400_000}, got -1`,
  );
  await expect(queue.add('t', 1, { lane: 'fast' })).rejects.toThrow(
    "lane must be one of 'high', 'normal', 'low', got 'fast'",
  );
});

test('takes keys and ids as data, whatever they look like', async () => {
  const odd = ['{}', ':', '#', '@', 'a~', '🐘', '__proto__', 'constructor', 'toString'];
  await using open = createQueue('odd', { clock });
  for (const name of odd) {
    await expect(open.add(name, name, { id: name, key: name })).resolves.toMatchObject({ id: name, outcome: 'added' });
    const unique = { unique: { key: name } };
    await expect(open.add(name, name, unique)).resolves.toMatchObject({ outcome: 'added' });
    await expect(open.add(name, name, unique)).resolves.toMatchObject({ outcome: 'duplicate' });
  }
  const seen: unknown[] = [];
  const worker = open.work((job) => void seen.push(job.data));
  await worker.idle();
  expect(new Set(seen)).toEqual(new Set(odd));
  await expect(open.inspect('__proto__')).resolves.toMatchObject({ state: 'done', key: '__proto__' });
});

test('decodes data with a __proto__ key without polluting anything', async () => {
  await using open = createQueue('proto', { clock });
  await open.add('t', JSON.parse('{"__proto__": {"polluted": true}, "a": 1}'));
  const seen: object[] = [];
  const worker = open.work((job) => void seen.push(job.data));
  await worker.idle();
  expect(seen).toEqual([{ a: 1 }]);
  expect(Object.getPrototypeOf(seen[0])).toBe(Object.prototype);
});
