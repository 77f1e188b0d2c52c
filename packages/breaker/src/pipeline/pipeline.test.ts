import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type CallContext,
  constantBackoff,
  type Policy,
  type RunOptions,
  type Span,
  type Task,
  type Tracer,
} from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import { createBreaker } from '../circuit/create-breaker.ts';
import { fallback } from '../fallback/fallback.ts';
import { retry } from '../retry/retry.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import { timeout } from '../timeout/timeout.ts';
import { pipeline } from './pipeline.ts';

const failure = new Error('down');
const never = () => new Promise<never>(() => {});

/** A policy as somebody else may write one: passes its options on. */
function foreign(name: string, log: string[]): Policy {
  return {
    name,
    async run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
      log.push(`${name} in`);
      try {
        return await task(options as CallContext);
      } finally {
        log.push(`${name} out`);
      }
    },
  };
}

describe('a pipeline', () => {
  test('calls through when it is empty', async () => {
    const policy = pipeline([]);
    await expect(policy.run(() => 5)).resolves.toBe(5);
    expect(policy.name).toBe('pipeline');
    expect(policy.policies).toEqual([]);
  });

  test('goes from the outermost policy to the innermost', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock, consecutive: 100 });
    let calls = 0;
    const policy = pipeline([
      fallback(() => 'cached', { clock }),
      retry({ clock, backoff: constantBackoff(0) }),
      breaker,
      timeout(10, { clock }),
    ]);
    const run = policy.run(() => {
      calls += 1;
      return calls < 3 ? Promise.reject(failure) : never();
    });
    await clock.advance(10);
    await expect(run).resolves.toBe('cached');
    expect(calls).toBe(3);
    expect(breaker.snapshot()).toMatchObject({ calls: 3, failures: 3, inFlight: 0 });
  });

  test('bounds a run by its deadline, whatever its policies do, and no fallback answers', async () => {
    const clock = new ManualClock();
    const handler = vi.fn();
    const breaker = createBreaker({ clock });
    const policy = pipeline([fallback(handler, { clock }), retry({ clock }), breaker]);
    let signal: AbortSignal | undefined;
    const run = policy.run(
      (context) => {
        signal = context.signal;
        return never();
      },
      { deadline: 50 },
    );
    const settled = expect(run).rejects.toMatchObject({
      code: 'XC_BREAKER_DEADLINE',
      retryable: false,
      details: { deadline: 50 },
    });
    await clock.advance(49);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await settled;
    expect(signal?.reason).toMatchObject({ code: 'XC_BREAKER_DEADLINE' });
    expect(handler).not.toHaveBeenCalled();
    expect(breaker.snapshot()).toMatchObject({ calls: 0, inFlight: 0 });
    await expect(pipeline([], { clock }).run(() => 1, { deadline: 60 })).resolves.toBe(1);
    await expect(pipeline([], { clock }).run(() => 1, { deadline: Number.POSITIVE_INFINITY })).resolves.toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('takes its clock from its policies unless it has one', async () => {
    const clock = new ManualClock();
    await clock.advance(1_000);
    await expect(pipeline([retry({ clock })]).run(() => 1, { deadline: 1_000 })).rejects.toMatchObject({
      code: 'XC_BREAKER_DEADLINE',
    });
    await expect(pipeline([retry({ clock })]).run(() => 1, { deadline: 1_001 })).resolves.toBe(1);
  });

  test('takes a pipeline inside it apart', () => {
    const [a, b, c] = [retry(), createBreaker(), timeout(5)];
    expect(pipeline([a, pipeline([b, pipeline([c])])]).policies).toEqual([a, b, c]);
    const spread = { ...pipeline([a, b]), extra: 1 };
    expect(pipeline([spread, c]).policies).toEqual([a, b, c]);
  });

  test('lets a breaker acquire at each place where it stands', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock });
    const other = createBreaker({ clock });
    await pipeline([breaker, other, breaker]).run(() => {
      expect(breaker.snapshot().inFlight).toBe(2);
      expect(other.snapshot().inFlight).toBe(1);
    });
    expect(breaker.snapshot()).toMatchObject({ calls: 2, inFlight: 0 });
    expect(other.snapshot()).toMatchObject({ calls: 1, inFlight: 0 });
  });

  test('does not count the refusal of an inner breaker as a failure of the outer one', async () => {
    const [outer, inner] = [createBreaker(), createBreaker()];
    inner.forceOpen();
    await expect(pipeline([outer, inner]).run(() => 1)).rejects.toMatchObject({ code: 'XC_BREAKER_OPEN' });
    expect(outer.snapshot()).toMatchObject({ calls: 0, failures: 0, inFlight: 0 });
  });

  test('nests a policy of somebody else where it stands', async () => {
    const clock = new ManualClock();
    const log: string[] = [];
    const seen: Partial<AttemptContext>[] = [];
    const policy = pipeline([
      retry({ clock, backoff: constantBackoff(0) }),
      foreign('outer', log),
      timeout(1_000, { clock }),
      foreign('inner', log),
    ]);
    const run = policy.run(
      (context) => {
        const { attempt, key, deadline } = context;
        seen.push({ attempt, key, deadline });
        log.push('task');
        if (seen.length === 1) throw failure;
        return 'well';
      },
      { key: 'eu' },
    );
    await expect(run).resolves.toBe('well');
    expect(log.join(' ')).toBe('outer in inner in task inner out outer out '.repeat(2).trim());
    expect(seen).toEqual([
      { attempt: 1, key: 'eu', deadline: 1_000 },
      { attempt: 2, key: 'eu', deadline: 1_000 },
    ]);
  });

  test('reaches through a policy of somebody else when the caller gives up', async () => {
    const log: string[] = [];
    const breaker = createBreaker();
    const controller = new AbortController();
    const run = pipeline([retry(), foreign('middle', log), breaker]).run(never, controller);
    expect(breaker.snapshot().inFlight).toBe(1);
    controller.abort(failure);
    expect(breaker.snapshot().inFlight).toBe(0);
    await expect(run).rejects.toBe(failure);
  });

  test('rejects when a policy of somebody else throws', async () => {
    const broken: Policy = {
      name: 'broken',
      run() {
        throw failure;
      },
    };
    await expect(pipeline([broken]).run(() => 1)).rejects.toBe(failure);
    await expect(pipeline([fallback(() => 'cached'), broken]).run(() => 1)).resolves.toBe('cached');
  });
});

describe('the warnings of a pipeline', () => {
  const names = {
    breaker: () => createBreaker(),
    retry: () => retry(),
    fallback: () => fallback(() => 1),
    timeout: () => timeout(5),
  };

  test.each([
    ['fallback timeout retry breaker timeout', []],
    ['breaker retry', ['retry-inside-breaker']],
    ['breaker timeout retry', ['retry-inside-breaker']],
    ['retry fallback', ['fallback-inside-retry']],
    ['breaker fallback', ['fallback-inside-breaker']],
    ['retry retry retry', ['retry-twice']],
    ['fallback retry breaker retry', ['retry-inside-breaker', 'retry-twice']],
  ] as const)('of %s are %j', (order, warnings) => {
    const policies = order.split(' ').map((name) => names[name as keyof typeof names]());
    expect(pipeline(policies).warnings).toEqual(warnings);
    expect(pipeline([pipeline(policies.slice(0, 1)), pipeline(policies.slice(1))]).warnings).toEqual(warnings);
  });

  test('are logged once, when it is built', async () => {
    const logger = new MemoryLogger();
    const policy = pipeline([createBreaker(), retry()], { logger, name: 'users' });
    await policy.run(() => 1);
    await policy.run(() => 1);
    expect(logger.lines).toHaveLength(1);
    expect(logger.find({ level: 'warn', fields: { pipeline: 'users', warning: 'retry-inside-breaker' } })).toHaveLength(
      1,
    );
  });
});

describe('the tracer of a pipeline', () => {
  function tracing() {
    const active = new AsyncLocalStorage<string>();
    const log: string[] = [];
    const tracer: Tracer = {
      span(name, fn) {
        const span: Span = { set() {}, fail: (error) => log.push(`${name} failed: ${String(error)}`) };
        log.push(`${name} begins`);
        const result = active.run(name, () => fn(span));
        Promise.resolve(result).then(() => log.push(`${name} ends`));
        return result;
      },
      inject: () => ({}),
      continue: (_carrier, fn) => fn(),
    };
    return { active, log, tracer };
  }

  test('gives each run a span around all that happens in it', async () => {
    const { active, log, tracer } = tracing();
    const policy = pipeline([retry()], { name: 'users', tracer });
    expect(await policy.run(() => active.getStore())).toBe('users');
    expect(await policy.run(async () => active.getStore())).toBe('users');
    await Promise.resolve();
    expect(log).toEqual(['users begins', 'users ends', 'users begins', 'users ends']);
  });

  test('hears of failures and of aborts', async () => {
    const { log, tracer } = tracing();
    const policy = pipeline([], { name: 'users', tracer });
    await expect(policy.run(() => Promise.reject('down'))).rejects.toBe('down');
    const controller = new AbortController();
    const run = policy.run(never, controller);
    controller.abort('gone');
    await expect(run).rejects.toBe('gone');
    expect(log.filter((line) => line.includes('failed'))).toEqual(['users failed: down', 'users failed: gone']);
    await Promise.resolve();
    expect(log.filter((line) => line.includes('ends'))).toHaveLength(2);
  });

  test('keeps the span of a pipeline inside another one', async () => {
    const { active, log, tracer } = tracing();
    const inner = pipeline([retry()], { name: 'inner', tracer });
    expect(await pipeline([timeout(500), inner], { name: 'outer', tracer }).run(() => active.getStore())).toBe('inner');
    expect(log.slice(0, 2)).toEqual(['outer begins', 'inner begins']);
  });

  test('that fails is logged once, and changes no result', async () => {
    const { tracer } = tracing();
    const broken: readonly Tracer['span'][] = [
      () => {
        throw failure;
      },
      (_name, fn) => {
        fn({ set() {}, fail() {} });
        throw failure;
      },
      (_name, fn) =>
        fn({
          set() {},
          fail() {
            throw failure;
          },
        }),
      (_name, fn) => {
        fn({ set() {}, fail: async () => Promise.reject(failure) });
        return Promise.reject(failure) as never;
      },
    ];
    for (const span of broken) {
      const logger = new MemoryLogger();
      const policy = pipeline([retry({ attempts: 1 })], { tracer: { ...tracer, span }, logger, name: 'users' });
      const task = vi.fn(() => 1);
      await expect(policy.run(task)).resolves.toBe(1);
      await expect(policy.run(task)).resolves.toBe(1);
      expect(task).toHaveBeenCalledTimes(2);
      await expect(policy.run(() => Promise.reject('down'))).rejects.toBe('down');
      await new Promise((resolve) => setImmediate(resolve));
      expect(logger.find({ level: 'error', fields: { policy: 'users', err: failure } })).toHaveLength(1);
    }
  });
});

test('refuses what it cannot use', () => {
  expect(() => pipeline([retry(), {} as Policy])).toThrow(
    new TypeError('policies[1] must be a policy with a run method, got an object'),
  );
  expect(() => pipeline([undefined as never])).toThrow(TypeError);
  expect(() => pipeline(retry() as never)).toThrow('policies must be an array, got an object');
  expect(() => pipeline([], { trace: 1 } as never)).toThrow('unknown option trace');
  expect(() => pipeline([], { name: '' })).toThrow(RangeError);
});
