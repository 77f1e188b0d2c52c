import { ManualClock } from '@xc/core/testing';
import { expect, test, vi } from 'vitest';
import { scriptedTask } from './scripted-task.ts';

test('does what its letters say, and goes on with the last one', async () => {
  const clock = new ManualClock();
  const task = scriptedTask('SFshS', { clock, slowMs: 50 });
  await expect(task()).resolves.toBe(1);
  await expect(task()).rejects.toThrow('call 2 fails');
  const slow = task();
  const hung = vi.fn();
  task().then(hung, hung);
  await clock.advance(50);
  await expect(slow).resolves.toBe(3);
  await clock.advance(1_000_000);
  expect(hung).not.toHaveBeenCalled();
  await expect(task()).resolves.toBe(5);
  await expect(task()).resolves.toBe(6);
  expect(task.calls).toBe(6);
});

test('refuses a letter it does not know', () => {
  expect(() => scriptedTask('SX')).toThrow("script must be made of the letters S, F, s and h, got 'SX'");
  expect(() => scriptedTask('')).toThrow(TypeError);
});
