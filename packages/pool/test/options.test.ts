import { describe, expect, test } from 'vitest';
import { createPool, type PoolOptions } from '../src/index.ts';
import { fakeFactory } from '../src/testing/index.ts';
import { givenPool, outcome } from './given-pool.ts';

const make = (options: object) => () => createPool(fakeFactory(), options as PoolOptions);

test.each([
  ['max', 0, RangeError, 'max must be a positive integer, got 0'],
  ['max', -1, RangeError, 'max must be a positive integer, got -1'],
  ['max', 1.5, RangeError, 'max must be a positive integer, got 1.5'],
  ['max', Number.NaN, RangeError, 'max must be a positive integer, got NaN'],
  ['max', Number.POSITIVE_INFINITY, RangeError, 'max must be a positive integer, got Infinity'],
  ['max', '10', TypeError, "max must be a positive integer, got '10'"],
  ['min', -1, RangeError, 'min must be a non-negative integer, got -1'],
  ['min', 11, RangeError, 'min must be at most max (10), got 11'],
  ['minIdle', 11, RangeError, 'minIdle must be at most max (10), got 11'],
  ['maxCreating', 0, RangeError, 'maxCreating must be a positive integer, got 0'],
  ['maxUses', 0, RangeError, 'maxUses must be a positive integer, got 0'],
  ['maxWaiting', -1, RangeError, 'maxWaiting must be a non-negative integer, got -1'],
  ['priorities', 0, RangeError, 'priorities must be a positive integer, got 0'],
  ['priorities', 17, RangeError, 'priorities must be an integer from 1 to 16, got 17'],
  ['lifetimeJitter', 1, RangeError, 'lifetimeJitter must be at least 0 and less than 1, got 1'],
  ['lifetimeJitter', -0.1, RangeError, 'lifetimeJitter must be at least 0 and less than 1, got -0.1'],
  ['keepaliveJitter', Number.NaN, RangeError, 'keepaliveJitter must be at least 0 and less than 1, got NaN'],
  ['idleOrder', 'random', TypeError, "idleOrder must be one of 'lifo', 'fifo', got 'random'"],
  ['whenFull', 'wait', TypeError, "whenFull must be one of 'reject', 'drop-oldest', 'drop-lowest', got 'wait'"],
  ['createErrors', 'retry', TypeError, "createErrors must be one of 'reject', 'keep', got 'retry'"],
  ['warmup', 'now', TypeError, "warmup must be one of 'lazy', 'background', got 'now'"],
  ['validateOnReturn', 'yes', TypeError, "validateOnReturn must be a boolean, got 'yes'"],
  ['createBackoff', 5, TypeError, 'createBackoff must be a back-off with delayMs, got 5'],
  ['createPolicy', {}, TypeError, 'createPolicy must be a policy with run, got an object'],
  ['onEvent', 1, TypeError, 'onEvent must be a function, got 1'],
  ['leak', true, TypeError, 'leak must be an object, got true'],
  ['leak', { stack: 'on' }, TypeError, "leak.stack must be one of 'off', 'armed', 'always', got 'on'"],
  [
    'leak',
    { action: 'kill' },
    TypeError,
    "leak.action must be one of 'report', 'close-on-return', 'reclaim', got 'kill'",
  ],
  ['leak', { afterMs: -1 }, RangeError, 'leak.afterMs must be a positive number, got -1'],
  ['leak', { after: 1 }, TypeError, 'unknown option after'],
  ['adaptive', true, TypeError, 'adaptive must be an object, got true'],
  ['adaptive', { everyMs: 0 }, RangeError, 'adaptive.everyMs must be a positive number, got 0'],
  ['adaptive', { headroom: -1 }, RangeError, 'adaptive.headroom must be a positive number, got -1'],
  ['adaptive', { downStep: 0 }, RangeError, 'adaptive.downStep must be a positive integer, got 0'],
  ['maxi', 3, TypeError, 'unknown option maxi'],
])('refuses %s: %s', (option, value, Kind, message) => {
  expect(make({ [option]: value })).toThrow(new (Kind as typeof RangeError)(message));
});

const durations = [
  'acquireTimeoutMs',
  'createTimeoutMs',
  'validateTimeoutMs',
  'resetTimeoutMs',
  'destroyTimeoutMs',
  'idleTimeoutMs',
  'keepaliveMs',
  'recheckAfterMs',
  'maxLifetimeMs',
  'agingMs',
];

test.each(durations)('refuses %s when negative, not a number, or NaN', (option) => {
  expect(make({ [option]: -5 })).toThrow(new RangeError(`${option} must be a positive number, got -5`));
  expect(make({ [option]: Number.NaN })).toThrow(new RangeError(`${option} must be a positive number, got NaN`));
  expect(make({ [option]: '5s' })).toThrow(new TypeError(`${option} must be a positive number, got '5s'`));
});

test('takes Infinity for what may last for ever, and for nothing else', () => {
  const endless = ['acquireTimeoutMs', 'idleTimeoutMs', 'keepaliveMs', 'recheckAfterMs', 'maxLifetimeMs', 'agingMs'];
  for (const option of durations) {
    const attempt = make({ [option]: Number.POSITIVE_INFINITY });
    if (endless.includes(option)) expect(attempt, option).not.toThrow();
    else expect(attempt, option).toThrow(RangeError);
  }
  expect(make({ maxUses: Number.POSITIVE_INFINITY, maxWaiting: Number.POSITIVE_INFINITY })).not.toThrow();
});

test.each([
  ['a name with a control character', 'a\u0000b'],
  ['a name with a line break', 'a\nb'],
  ['a name of more than 100 characters', 'n'.repeat(101)],
  ['a name that is none', 5],
])('refuses %s', (_, name) => {
  expect(make({ name })).toThrow(TypeError);
});

test('takes a name of 100 characters', () => {
  expect(createPool(fakeFactory(), { name: 'n'.repeat(100) }).name).toHaveLength(100);
  expect(createPool(fakeFactory()).name).toBe('default');
});

test.each([
  [undefined, 'factory must be an object, got undefined'],
  [null, 'factory must be an object, got null'],
  [{}, 'factory.create must be a function, got undefined'],
  [{ create() {} }, 'factory.destroy must be a function, got undefined'],
  [{ create() {}, destroy() {}, validate: true }, 'factory.validate must be a function, got true'],
])('refuses the factory %o', (factory, message) => {
  expect(() => createPool(factory as never)).toThrow(new TypeError(message));
});

describe('a full queue', () => {
  test('refuses the newcomer with what it needs to know', async () => {
    const { pool } = givenPool({ max: 1, maxWaiting: 1, name: 'orders' });
    await pool.acquire();
    void outcome(pool.acquire());
    expect((await outcome(pool.acquire())).error).toMatchObject({
      code: 'XC_POOL_QUEUE_FULL',
      retryable: true,
      details: { pool: 'orders', maxWaiting: 1, dropped: false, refusedBy: 'orders' },
    });
  });

  test('tells the one that is dropped so', async () => {
    const { pool } = givenPool({ max: 1, maxWaiting: 1, whenFull: 'drop-oldest' });
    await pool.acquire();
    const oldest = outcome(pool.acquire());
    void outcome(pool.acquire());
    expect((await oldest).error).toMatchObject({ code: 'XC_POOL_QUEUE_FULL', details: { dropped: true } });
  });
});

test('a refused option of a borrower is a rejection', async () => {
  const { pool } = givenPool({ priorities: 2 });
  for (const [options, Kind] of [
    [{ priority: 2 }, RangeError],
    [{ priority: -1 }, RangeError],
    [{ priority: 0.5 }, RangeError],
    [{ priority: '0' }, TypeError],
    [{ timeoutMs: Number.NaN }, RangeError],
    [{ label: 5 }, TypeError],
    [{ signal: {} }, TypeError],
  ] as const) {
    expect((await outcome(pool.acquire(options as never))).error).toBeInstanceOf(Kind);
    expect((await outcome(pool.use(() => 1, options as never))).error).toBeInstanceOf(Kind);
  }
  expect((await outcome(pool.use(undefined as never))).error).toBeInstanceOf(TypeError);
  expect((await outcome(pool.drain({ deadlineMs: -1 }))).error).toBeInstanceOf(RangeError);
  expect(() => pool.clear({ lent: 'never' } as never)).toThrow(TypeError);
  expect(() => pool.on(undefined as never)).toThrow(TypeError);
  expect(pool.stats()).toMatchObject({ state: 'running', waiting: 0 });
});
