import { noopLogger, noopMeter, systemClock, systemRandom } from '@xc/core';
import { describe, expect, test } from 'vitest';
import {
  aimdLimit,
  bulkhead,
  chaos,
  createBreaker,
  createBreakers,
  fallback,
  fromPreset,
  gradient2Limit,
  hedge,
  pipeline,
  retry,
  retryBudget,
  throttle,
  timeout,
  tokenRetryBudget,
  vegasLimit,
  wrap,
} from './index.ts';

const shared = { name: undefined, clock: systemClock, random: systemRandom, meter: noopMeter, logger: noopLogger };

/** Every function that takes options: how to call it with some, and the names of those it takes besides the shared ones. */
const takers: Readonly<Record<string, readonly [make: (options: object) => unknown, ...names: string[]]>> = {
  createBreaker: [
    createBreaker,
    'window',
    'minimumCalls',
    'failureRate',
    'slowRate',
    'slowAfterMs',
    'consecutive',
    'openForMs',
    'halfOpen',
    'classify',
    'initialState',
    'restore',
  ],
  createBreakers: [createBreakers, 'defaults', 'forKey', 'maxKeys', 'idleMs'],
  retry: [retry, 'attempts', 'backoff', 'when', 'whenResult', 'maxRetryAfterMs', 'budget'],
  retryBudget: [retryBudget, 'ratio', 'minPerSecond', 'windowMs'],
  tokenRetryBudget: [tokenRetryBudget, 'maxTokens', 'tokenRatio'],
  timeout: [(options) => timeout(5, options), 'mode'],
  hedge: [(options) => hedge(5, options), 'maxHedges', 'budget', 'always'],
  bulkhead: [(options) => bulkhead(1, options), 'maxQueue', 'maxWaitMs', 'order', 'releaseOnTimeout'],
  aimdLimit: [aimdLimit, 'initial', 'min', 'max', 'backoffRatio', 'timeoutMs'],
  vegasLimit: [
    vegasLimit,
    'initial',
    'max',
    'smoothing',
    'alpha',
    'beta',
    'threshold',
    'increase',
    'decrease',
    'probeEvery',
  ],
  gradient2Limit: [gradient2Limit, 'initial', 'min', 'max', 'smoothing', 'queueSize', 'tolerance', 'longWindow'],
  throttle: [throttle, 'k', 'windowMs', 'buckets', 'maxRejection', 'minimumCalls', 'passEveryMs', 'classify'],
  fallback: [(options) => fallback(() => 1, options), 'when'],
  chaos: [chaos, 'failRate', 'error', 'delayRate', 'delayMs', 'resultRate', 'result', 'enabled'],
  pipeline: [(options) => pipeline([], options), 'tracer'],
  fromPreset: [(options) => fromPreset('redis', options), 'fallback', 'breaker', 'timeoutMs', 'retry'],
};

describe.each(Object.entries(takers))('%s', (_, [make, ...own]) => {
  test.each([...own, ...Object.keys(shared)])('refuses null for %s, and takes undefined for its default', (option) => {
    expect(() => make({ [option]: null })).toThrow(/(must|policy)/);
    expect(() => make({ [option]: null })).toThrow(TypeError);
    expect(() => make({ [option]: undefined })).not.toThrow();
  });

  test('refuses a logger, a meter, a clock and a random that are none', () => {
    for (const option of ['logger', 'meter', 'clock', 'random']) {
      for (const wrong of [{}, 5, 'console', () => {}]) {
        expect(() => make({ [option]: wrong })).toThrow(new RegExp(`^${option} must be an object with`));
      }
    }
    expect(() => make({ ...shared })).not.toThrow();
  });
});

test('null is refused inside options as well', () => {
  expect(() => hedge({ quantile: 0.5, maxMs: 5, minMs: null as never })).toThrow(TypeError);
  expect(() => hedge({ quantile: 0.5, maxMs: 5, minimumSamples: null as never })).toThrow(TypeError);
  expect(() => createBreaker().events({ bufferSize: null as never })).toThrow(TypeError);
  expect(() => createBreaker({ window: { type: 'time', lengthMs: 100, buckets: null as never } })).toThrow(TypeError);
  for (const option of ['key', 'signal', 'idempotent', 'priority']) {
    expect(() => wrap(retry(), () => 1, { [option]: null })).toThrow(TypeError);
  }
});

test('a registry refuses what one key has of its own when it is none', () => {
  for (const option of ['logger', 'clock', 'random']) {
    const breakers = createBreakers({ forKey: () => ({ [option]: null }) });
    expect(() => breakers.for('a')).toThrow(TypeError);
  }
});
