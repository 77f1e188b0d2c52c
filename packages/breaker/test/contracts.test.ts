import { compose, constantBackoff, type Policy } from '@xc/core';
import type { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import {
  aimdLimit,
  bulkhead,
  type ConcurrencyLimit,
  chaos,
  createBreaker,
  createBreakers,
  fallback,
  gradient2Limit,
  hedge,
  pipeline,
  type RetryBudget,
  retry,
  retryBudget,
  throttle,
  timeout,
  tokenRetryBudget,
  vegasLimit,
} from '../src/index.ts';
import { budgetContract, type ContractCase, limitContract, policyContract } from '../src/testing/index.ts';

type Make = (fixture: { readonly clock: ManualClock }) => Policy;

const alone: Readonly<Record<string, Make>> = {
  breaker: ({ clock }) => createBreaker({ clock }),
  breakers: ({ clock }) => createBreakers({ defaults: { clock } }),
  retry: ({ clock }) => retry({ clock }),
  'retry without a wait': ({ clock }) => retry({ clock, backoff: constantBackoff(0) }),
  timeout: ({ clock }) => timeout(30_000, { clock }),
  'cooperative timeout': ({ clock }) => timeout(30_000, { clock, mode: 'cooperative' }),
  hedge: ({ clock }) => hedge(50, { clock, always: true }),
  'hedge that passes through': ({ clock }) => hedge(50, { clock }),
  bulkhead: ({ clock }) => bulkhead(100, { clock }),
  'adaptive bulkhead': ({ clock }) => bulkhead(vegasLimit(), { clock, maxQueue: 10 }),
  throttle: ({ clock }) => throttle({ clock }),
  fallback: ({ clock }) => fallback(() => 'answer', { clock, when: () => false }),
  chaos: ({ clock }) => chaos({ clock, failRate: 0, delayRate: 1, delayMs: 0 }),
  'chaos, switched off': ({ clock }) => chaos({ clock, failRate: 1, enabled: () => false }),
  'empty pipeline': ({ clock }) => pipeline([], { clock }),
};

const every: Make[] = ['fallback', 'timeout', 'retry', 'throttle', 'breaker', 'bulkhead', 'chaos', 'hedge'].map(
  (name) => alone[name] as Make,
);
const together: Readonly<Record<string, Make>> = {
  'all of them, fused': (fixture) => pipeline(every.map((make) => make(fixture))),
  'all of them, nested': (fixture) => compose(...every.map((make) => make(fixture))),
  'all of them, nested pipelines': (fixture) =>
    compose(
      pipeline(every.slice(0, 4).map((make) => make(fixture))),
      pipeline(every.slice(4).map((make) => make(fixture))),
    ),
};

function check(cases: readonly ContractCase[]): void {
  for (const { name, run } of cases) test(name, run);
}

describe.each(Object.entries({ ...alone, ...together }))('the policy contract holds for %s', (_name, make) => {
  check(policyContract(make));
});

describe.each(Object.entries(alone))(
  'the policy contract holds, fused with a retry and a timeout, for %s',
  (_name, make) => {
    check(
      policyContract((fixture) =>
        pipeline([
          retry({ clock: fixture.clock, attempts: 2 }),
          make(fixture),
          timeout(20_000, { clock: fixture.clock }),
        ]),
      ),
    );
  },
);

const limits: Readonly<Record<string, () => ConcurrencyLimit>> = {
  aimdLimit: () => aimdLimit(),
  vegasLimit: () => vegasLimit(),
  gradient2Limit: () => gradient2Limit(),
};

describe.each(Object.entries(limits))('the limit contract holds for %s', (_name, make) => {
  check(limitContract(make));
});

const budgets: Readonly<Record<string, () => RetryBudget>> = {
  retryBudget: () => retryBudget({ clock: { ...frozen } }),
  tokenRetryBudget: () => tokenRetryBudget(),
};
const frozen = {
  now: () => 0,
  monotonic: () => 0,
  sleep: async () => {},
  after: () => ({ cancel() {} }),
  every: () => ({ cancel() {} }),
};

describe.each(Object.entries(budgets))('the budget contract holds for %s', (_name, make) => {
  check(budgetContract(make));
});

describe('a contract', () => {
  const broken = async (cases: readonly ContractCase[]): Promise<string[]> => {
    const names: string[] = [];
    for (const { name, run } of cases) await run().catch(() => names.push(name));
    return names;
  };

  test('finds a policy that ignores its signal', async () => {
    const deaf: Policy = { name: 'deaf', run: async (task) => task({ signal: new AbortController().signal } as never) };
    const names = await broken(
      policyContract(() => deaf).filter(({ name }) => !/abort|listener|apart|timer|waits|told/.test(name)),
    );
    expect(names).toEqual([
      'does not begin when the caller has given up',
      'does not begin when the deadline has passed',
      'tells the task the key, a first attempt, and a deadline no later than the one of the run',
    ]);
  });

  test('finds a policy that throws, or swallows an error', async () => {
    const thrower: Policy = {
      name: 'thrower',
      run() {
        throw new Error('now');
      },
    };
    expect(await broken(policyContract(() => thrower))).toHaveLength(policyContract(() => thrower).length);
    const kind = policyContract(({ clock }) => fallback(() => undefined, { clock }));
    expect(await broken(kind)).toContain('gives back the very error, thrown or rejected');
  });

  test('finds limits and budgets that are none', async () => {
    const boundless: RetryBudget = {
      onCall() {},
      onSuccess() {},
      onFailure() {},
      tryRetry: () => true,
      balance: 1,
    };
    expect(await broken(budgetContract(() => boundless))).toContain('ends the retries of a service that is down');
    let current = 1;
    const limit: ConcurrencyLimit = {
      get current() {
        return current;
      },
      sample() {
        current += 0.5;
      },
    };
    expect(await broken(limitContract(() => limit))).toContain(
      'stays a whole number of at least 1 whatever it is told',
    );
  });
});

describe('the policy contract ends, and says what is wrong, when a policy', () => {
  const liars: Readonly<Record<string, Policy['run']>> = {
    'ignores the abort': (task) => Promise.resolve().then(() => task({} as never)),
    'ignores the abort, and hands on a signal': (task) =>
      Promise.resolve().then(() =>
        task({ signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined }),
      ),
    'never settles': () => new Promise(() => {}),
  };
  test.each(Object.entries(liars))(
    '%s',
    async (_name, run) => {
      const broken: unknown[] = [];
      for (const one of policyContract(() => ({ name: 'liar', run })))
        await one.run().catch((error) => broken.push(error));
      expect(broken.length).toBeGreaterThan(2);
      expect(String(broken)).toContain('the run has not settled within 100 s of its clock');
    },
    10_000,
  );
});
