import { setImmediate as turn } from 'node:timers/promises';
import { type Backoff, constantBackoff, type Logger, noopLogger, type Policy, type RunOptions } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bulkhead,
  type ConcurrencyLimit,
  chaos,
  createBreaker,
  createBreakers,
  fallback,
  hedge,
  type RetryBudget,
  retry,
  throttle,
  vegasLimit,
  wrap,
} from '../src/index.ts';
import { CircuitBreaker } from '../src/opossum/index.ts';

const failure = new Error('down');
const fault = new Error('the hook is broken');
const down = () => Promise.reject(failure);

let unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await turn();
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** The ways a hook fails. */
const ways: Readonly<Record<string, () => never>> = {
  throws: () => {
    throw fault;
  },
  rejects: () => Promise.reject(fault) as never,
};

interface Fixture {
  readonly clock: ManualClock;
  readonly logger: MemoryLogger;
}

function budgetOf(hook: () => never): RetryBudget {
  return { onCall: hook, onSuccess: hook, onFailure: hook, tryRetry: hook, balance: 1 };
}

function limitOf(hook: () => never): ConcurrencyLimit {
  return { current: 2, sample: hook };
}

type Expected = 'value' | 'error' | 'answer';

/** A policy with a hook in it, and what a call that goes well and a call that goes wrong give all the same. */
const policies: Readonly<
  Record<string, readonly [make: (hook: () => never, fixture: Fixture) => Policy, well: Expected, wrong: Expected]>
> = {
  'the classify of a breaker': [(classify, given) => createBreaker({ ...given, classify }), 'value', 'error'],
  'the openForMs of a breaker': [
    (openForMs, given) => createBreaker({ ...given, openForMs, consecutive: 1 }),
    'value',
    'error',
  ],
  'the back-off of an open breaker': [
    (delayMs, given) => createBreaker({ ...given, openForMs: { delayMs }, consecutive: 1 }),
    'value',
    'error',
  ],
  'the classify of a registry': [
    (classify, given) => createBreakers({ ...given, defaults: { classify } }),
    'value',
    'error',
  ],
  'the classify of a throttle': [(classify, given) => throttle({ ...given, classify }), 'value', 'error'],
  'the when of a retry': [(when, given) => retry({ ...given, when, backoff: constantBackoff(0) }), 'value', 'error'],
  'the whenResult of a retry': [
    (whenResult, given) => retry({ ...given, whenResult, backoff: constantBackoff(0), attempts: 1 }),
    'value',
    'error',
  ],
  'the back-off of a retry': [
    (delayMs, given) => retry({ ...given, backoff: { delayMs } as Backoff }),
    'value',
    'error',
  ],
  'the budget of a retry': [
    (hook, given) => retry({ ...given, budget: budgetOf(hook), backoff: constantBackoff(0) }),
    'value',
    'error',
  ],
  'the budget of a hedge': [
    (hook, given) => hedge(5, { ...given, budget: budgetOf(hook), always: true }),
    'value',
    'error',
  ],
  'the when of a fallback': [(when, given) => fallback(() => 'answer', { ...given, when }), 'value', 'answer'],
  'the enabled of chaos': [(enabled, given) => chaos({ ...given, enabled, failRate: 1 }), 'value', 'error'],
  'the limit of a bulkhead': [(hook, given) => bulkhead(limitOf(hook), given), 'value', 'error'],
  'a step of a Vegas limit': [
    (hook, given) => bulkhead(vegasLimit({ ...given, threshold: hook, initial: 1, max: 2 }), given),
    'value',
    'error',
  ],
};

const given: Readonly<Record<Expected, string>> = { value: 'well', error: 'failed: Error: down', answer: 'answer' };

function outcome(policy: Policy, task: () => unknown, options?: RunOptions): Promise<string> {
  return policy.run(task, options).then(String, (error) => `failed: ${error}`);
}

describe.each(Object.entries(policies))('%s', (_, [make, well, wrong]) => {
  test.each(Object.keys(ways))('changes no result when it %s, and is told of once', async (way) => {
    const clock = new ManualClock();
    const logger = new MemoryLogger();
    const policy = make(ways[way] as () => never, { clock, logger });
    for (let call = 0; call < 3; call++) {
      const good = outcome(policy, () => clock.sleep(1).then(() => 'well'), { key: `good ${call}` });
      await clock.advance(1);
      expect(await good).toBe(given[well]);
      const bad = outcome(policy, down, { key: `bad ${call}` });
      await clock.advance(1);
      expect(await bad).toBe(given[wrong]);
      if ('close' in policy) (policy as unknown as { close(): void }).close();
    }
    await turn();
    const told = logger.find({ level: 'error' });
    // A registry's breakers each tell of theirs.
    expect(told.length).toBe('entries' in policy ? 6 : 1);
    expect(String((told[0]?.fields.err as Error)?.message)).not.toBe('');
  });
});

describe('a listener', () => {
  test.each(Object.keys(ways))('that %s changes no result', async (way) => {
    const logger = new MemoryLogger();
    const breaker = createBreaker({ logger });
    const breakers = createBreakers({ logger });
    breaker.on('success', ways[way] as () => never);
    breakers.on('success', ways[way] as () => never);
    expect(await outcome(breaker, () => 'well')).toBe('well');
    expect(await outcome(breakers, () => 'well')).toBe('well');
    await turn();
    expect(logger.find({ level: 'error', fields: { err: fault, event: 'success' } })).toHaveLength(2);
  });

  test('that gives a thenable of its own is heard out as well', async () => {
    const logger = new MemoryLogger();
    const breaker = createBreaker({ logger });
    // biome-ignore lint/suspicious/noThenProperty: what other promise libraries give.
    const thenable = { then: (_: unknown, reject: (error: unknown) => void) => reject(fault) };
    breaker.on('success', () => thenable as never);
    expect(await outcome(breaker, () => 'well')).toBe('well');
    await turn();
    expect(logger.find({ level: 'error', fields: { err: fault } })).toHaveLength(1);
  });
});

describe('a limit', () => {
  test('that cannot say its number keeps the last one that was of use', async () => {
    const logger = new MemoryLogger();
    let answers: (number | Error)[] = [2];
    const limit: ConcurrencyLimit = {
      get current() {
        const answer = answers[0] as number | Error;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      sample() {},
    };
    const slots = bulkhead(limit, { logger });
    for (const broken of [Number.NaN, 0, -1, fault]) {
      answers = [broken];
      expect(slots.limit).toBe(2);
      expect(await outcome(slots, () => 'well')).toBe('well');
    }
    answers = [3.7];
    expect(slots.limit).toBe(3);
    expect(logger.find({ level: 'error' })).toHaveLength(1);
  });
});

describe('a back-off', () => {
  test.each([Number.NaN, undefined, '5'])('that gives %s means no retry', async (delayMs) => {
    const logger = new MemoryLogger();
    let calls = 0;
    const policy = retry({ logger, backoff: { delayMs: () => delayMs as number } });
    const task = () => {
      calls += 1;
      throw failure;
    };
    expect(await outcome(policy, task)).toBe('failed: Error: down');
    expect(calls).toBe(1);
    expect(logger.find({ level: 'error' })).toHaveLength(1);
  });
});

test('an async forKey is refused, and heard out', async () => {
  const breakers = createBreakers({ forKey: ways.rejects as () => never });
  expect(() => breakers.for('a')).toThrow('forKey must give options at once, and gave a promise');
  expect(await outcome(breakers, () => 'well', { key: 'a' })).toContain('TypeError: forKey must give options at once');
});

test('an async key of a wrapped function is refused, and heard out', async () => {
  const load = wrap(retry(), () => 1, { key: ways.rejects as () => never });
  await expect(load()).rejects.toThrow('key must be a string, got an object');
});

test('a budget that fails pays for no hedge', async () => {
  const clock = new ManualClock();
  let calls = 0;
  const run = hedge(5, { clock, budget: budgetOf(ways.throws as () => never), always: true }).run(() => {
    calls += 1;
    return clock.sleep(50);
  });
  await clock.advance(50);
  await run;
  expect(calls).toBe(1);
});

test('an error that chaos was to make, and could not, is what the call fails with', async () => {
  const policy = chaos({ failRate: 1, error: async () => Promise.reject(fault) });
  await policy.run(() => 1).catch(() => {});
  expect(await outcome(chaos({ failRate: 1, error: ways.throws as () => never }), () => 1)).toBe(`failed: ${fault}`);
});

test.each(Object.keys(ways))('a logger that %s changes no result', async (way) => {
  const error = ways[way] as Logger['error'];
  const logger: Logger = { ...noopLogger, error };
  const breaker = createBreaker({ logger, classify: ways.throws as () => never });
  breaker.on('success', ways.throws as () => never);
  expect(await outcome(breaker, () => 'well')).toBe('well');
  expect(await outcome(retry({ logger, when: ways.throws as () => never, attempts: 1 }), down)).toBe(given.error);
});

test.each(Object.keys(ways))('the facade goes on when its hook %s', async (way) => {
  const logger = new MemoryLogger();
  const breaker = new CircuitBreaker(down, { errorFilter: ways[way] as () => never, logger });
  breaker.on('fire', ways[way] as () => never);
  await expect(breaker.fire()).rejects.toBe(failure);
  await turn();
  expect(logger.find({ level: 'error', fields: { err: fault } })).toHaveLength(2);
});
