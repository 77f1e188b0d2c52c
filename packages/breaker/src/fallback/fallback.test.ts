import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, expectTypeOf, test, vi } from 'vitest';
import { pipeline } from '../pipeline/pipeline.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import { timeout } from '../timeout/timeout.ts';
import { fallback } from './fallback.ts';

const failure = new Error('down');
const fail = () => Promise.reject(failure);

test('answers for a rejection, sync or not', async () => {
  await expect(fallback(() => 'cached').run(fail)).resolves.toBe('cached');
  await expect(fallback(async () => 'cached').run(fail)).resolves.toBe('cached');
  await expect(
    fallback(() => undefined).run(() => {
      throw failure;
    }),
  ).resolves.toBe(undefined);
});

test('leaves a value alone', async () => {
  const handler = vi.fn();
  await expect(fallback(handler).run(() => 'fresh')).resolves.toBe('fresh');
  expect(handler).not.toHaveBeenCalled();
});

test('gives the handler the error and the facts of the run', async () => {
  const seen: unknown[] = [];
  const policy = fallback((error, context) => {
    const { attempt, key, priority, signal } = context as AttemptContext;
    seen.push(error, attempt, key, priority, signal.aborted);
  });
  await policy.run(fail, { key: 'eu', priority: 2 });
  expect(seen).toEqual([failure, 1, 'eu', 2, false]);
});

test('answers only for what `when` accepts', async () => {
  const policy = fallback(() => 'cached', { when: (error) => error !== failure });
  await expect(policy.run(fail)).rejects.toBe(failure);
  await expect(policy.run(() => Promise.reject(1))).resolves.toBe('cached');
});

test('answers when `when` throws, and says so once', async () => {
  const logger = new MemoryLogger();
  const policy = fallback(() => 'cached', {
    logger,
    when: () => {
      throw new Error('defect');
    },
  });
  await expect(policy.run(fail)).resolves.toBe('cached');
  await expect(policy.run(fail)).resolves.toBe('cached');
  expect(logger.find({ level: 'error' })).toHaveLength(1);
});

test('lets its own error out as it is', async () => {
  const own = new Error('no cache either');
  await expect(fallback(() => Promise.reject(own)).run(fail)).rejects.toBe(own);
  await expect(
    fallback(() => {
      throw own;
    }).run(fail),
  ).rejects.toBe(own);
});

test('never answers for the abort of the caller', async () => {
  const handler = vi.fn();
  const controller = new AbortController();
  const run = fallback(handler).run(() => new Promise(() => {}), controller);
  controller.abort(failure);
  await expect(run).rejects.toBe(failure);
  await expect(fallback(handler).run(() => 1, { signal: AbortSignal.abort(failure) })).rejects.toBe(failure);
  expect(handler).not.toHaveBeenCalled();
});

test('is cut off while it answers, by the caller and by a timeout around it', async () => {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  const slow = fallback(
    (_error, { signal }) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    },
    { clock },
  );
  const controller = new AbortController();
  const aborted = slow.run(fail, controller);
  const late = expect(pipeline([timeout(10, { clock }), slow]).run(fail)).rejects.toMatchObject({
    code: 'XC_BREAKER_TIMEOUT',
  });
  await clock.advance(10);
  await late;
  controller.abort(failure);
  await expect(aborted).rejects.toBe(failure);
  expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
});

test('does not answer when `when` aborts the run', async () => {
  const handler = vi.fn();
  const controller = new AbortController();
  const when = () => {
    controller.abort('enough');
    return true;
  };
  await expect(fallback(handler, { when }).run(fail, controller)).rejects.toBe('enough');
  expect(handler).not.toHaveBeenCalled();
});

test('counts what it answered and what it could not', async () => {
  const meter = new RecordingMeter();
  const answers = [() => 'cached', () => Promise.reject(failure), async () => 'cached'];
  const policy = fallback(() => answers.shift()?.(), { meter, name: 'reads' });
  for (let call = 0; call < 3; call++) await policy.run(fail).catch(() => {});
  await policy.run(() => 'fresh');
  expect(meter.value('xc_breaker_fallbacks_total', { policy: 'reads', result: 'answered' })).toBe(2);
  expect(meter.value('xc_breaker_fallbacks_total', { policy: 'reads', result: 'failed' })).toBe(1);
});

test('widens the type of the result', () => {
  const policy = fallback(() => 'cached' as const);
  expectTypeOf(policy.run(async () => 5)).toEqualTypeOf<Promise<number | 'cached'>>();
  expectTypeOf(fallback(async () => 'cached').run(() => 5)).toEqualTypeOf<Promise<number | string>>();
  // A pipeline cannot know which of its policies answers.
  expectTypeOf(pipeline([policy]).run(() => 5)).toEqualTypeOf<Promise<number>>();
});

test('refuses what it cannot use', () => {
  expect(() => fallback('cached' as never)).toThrow("handler must be a function, got 'cached'");
  expect(() => fallback(() => 1, { when: true as never })).toThrow(TypeError);
  expect(() => fallback(() => 1, { wen: () => true } as never)).toThrow('unknown option wen');
  // @ts-expect-error an option that does not exist
  expect(() => fallback(() => 1, { wen: () => true })).toThrow(TypeError);
});
