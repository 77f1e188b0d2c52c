import { getEventListeners } from 'node:events';
import { ManualClock } from '@xc/core/testing';
import { expect, test, vi } from 'vitest';
import { Call } from './call.ts';

const late = new Error('late');

function start(options: { deadlineMs?: number | undefined; signal?: AbortSignal } = {}) {
  const clock = new ManualClock();
  const call = new Call<string>();
  call.begin({ deadlineMs: 100, clock, ...options }, () => call.reject(late));
  return { call, clock };
}

test('settles with its answer and takes its timer back', async () => {
  const { call, clock } = start();
  call.resolve('answer');
  await expect(call.promise).resolves.toBe('answer');
  expect(clock.pending).toBe(0);
});

test('settles at its deadline and not before', async () => {
  const { call, clock } = start();
  await clock.advance(99);
  expect(call.settled).toBe(false);
  const rejection = expect(call.promise).rejects.toBe(late);
  await clock.advance(1);
  await rejection;
});

test('drops whatever comes after it has settled', async () => {
  const { call, clock } = start();
  const settled = vi.fn();
  call.whenSettled = settled;
  call.resolve('answer');
  call.resolve('another');
  call.reject(new Error('too late to fail'));
  await clock.advance(1_000);
  await expect(call.promise).resolves.toBe('answer');
  expect(settled).toHaveBeenCalledTimes(1);
});

test.each([0, -0.5, -1])('is late at once when %s ms are left, and waits for nothing', async (deadlineMs) => {
  const { call, clock } = start({ deadlineMs });
  expect(call.settled).toBe(true);
  expect(clock.pending).toBe(0);
  await expect(call.promise).rejects.toBe(late);
});

test.each([Number.NaN, Infinity, -Infinity, '100', undefined, null])('refuses %s as deadline', async (deadlineMs) => {
  const { call } = start({ deadlineMs: deadlineMs as number });
  await expect(call.promise).rejects.toThrow(RangeError);
  await expect(call.promise).rejects.toThrow(`deadlineMs must be a finite number, got ${deadlineMs}`);
});

test('settles at once with the reason of its signal and leaves no listener', async () => {
  const controller = new AbortController();
  const { call, clock } = start({ signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  const reason = { told: 'enough' };
  controller.abort(reason);
  await expect(call.promise).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  expect(clock.pending).toBe(0);
});

test('never begins under a signal that has aborted', async () => {
  const { call, clock } = start({ signal: AbortSignal.abort('enough') });
  expect(call.settled).toBe(true);
  expect(clock.pending).toBe(0);
  await expect(call.promise).rejects.toBe('enough');
});

test('leaves no listener on a signal that lives on', () => {
  const { signal } = new AbortController();
  for (let count = 0; count < 100; count += 1) start({ signal }).call.resolve('answer');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('shares one listener among all calls under one signal', async () => {
  const controller = new AbortController();
  const calls = Array.from({ length: 100 }, () => start({ signal: controller.signal }).call);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  calls[0]?.resolve('answer');
  controller.abort('enough');
  expect(await Promise.allSettled(calls.map((call) => call.promise))).toEqual([
    { status: 'fulfilled', value: 'answer' },
    ...Array.from({ length: 99 }, () => ({ status: 'rejected', reason: 'enough' })),
  ]);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});
