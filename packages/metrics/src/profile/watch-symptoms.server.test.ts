import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import { expect, onTestFinished, test } from 'vitest';
import type { Symptoms } from '../runtime/symptoms-probe.ts';
import type { CpuProfile } from './cpu-profile.ts';
import type { HeapProfile } from './heap-profile.ts';
import { type WatchSymptomsOptions, watchSymptoms } from './watch-symptoms.ts';

const well: Symptoms = { elu: 0.1, loopP99Ms: 1, heapBytes: 1e8 };

/** A process whose symptoms a test decides; profiles are real and short. */
function watched(options: Partial<WatchSymptomsOptions> = {}) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const state = { now: well };
  const saved: { readonly profile: CpuProfile | HeapProfile; readonly reason: string }[] = [];
  const watch = watchSymptoms({
    read: () => state.now,
    save: (profile, reason) => void saved.push({ profile, reason }),
    profileMs: 20,
    everyMs: 10_000,
    clock,
    logger,
    ...options,
  });
  onTestFinished(() => watch.stop());
  return { clock, logger, state, saved, watch, look: () => clock.advance(10_000) };
}

test('profiles once in a cool-down, and says why', async () => {
  const { state, saved, look, clock } = watched();
  await look();
  expect(saved).toEqual([]);
  state.now = { ...well, elu: 0.95 };
  await look();
  await eventually('the profile is saved', async () => saved.length === 1);
  expect(saved[0]?.reason).toBe('event loop utilisation 0.95, from 0.9');
  expect(saved[0]?.profile.raw).toHaveProperty('nodes');
  await clock.advance(580_000);
  expect(saved).toHaveLength(1);
  state.now = { ...well, loopP99Ms: 350 };
  await look();
  await look();
  await eventually('the next one is saved', async () => saved.length === 2);
  expect(saved[1]?.reason).toBe('event loop lag p99 350 ms, from 200 ms');
});

test('takes a heap profile of a heap that grows', async () => {
  const { state, saved, look } = watched({ heapMbPerMinute: 60 });
  await look();
  state.now = { ...well, heapBytes: 1.05e8 };
  await look();
  expect(saved).toEqual([]);
  state.now = { ...well, heapBytes: 1.2e8 };
  await look();
  await eventually('the profile is saved', async () => saved.length === 1);
  expect(saved[0]?.reason).toBe('heap growth 90 MB a minute, from 60 MB');
  expect(saved[0]?.profile.raw).toHaveProperty('head');
});

test('never takes two at once, and holds no more than it may', async () => {
  const pending: (() => void)[] = [];
  const { state, look, clock } = watched({
    cooldownMs: 1,
    keep: 2,
    save: () => new Promise<void>((resolve) => void pending.push(resolve)),
  });
  state.now = { ...well, elu: 1 };
  await look();
  await look();
  await eventually('one is being saved', async () => pending.length === 1);
  await look();
  await eventually('two are being saved', async () => pending.length === 2);
  await look();
  await clock.advance(30_000);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(pending).toHaveLength(2);
  for (const resolve of pending) resolve();
  await new Promise((resolve) => setImmediate(resolve));
  await look();
  await eventually('there is room again', async () => pending.length === 3);
});

test('logs what cannot be saved or read, and goes on', async () => {
  const { logger, state, look } = watched({ save: () => Promise.reject(new Error('disk full')) });
  state.now = { ...well, elu: 1 };
  await look();
  await eventually('it is logged', async () => logger.lines.length === 1);
  expect(logger.lines[0]).toMatchObject({ level: 'warn', message: 'a profile could not be taken or saved' });
  const blind = watched({
    read: () => {
      throw new Error('blind');
    },
  });
  await blind.look();
  expect(blind.logger.lines[0]).toMatchObject({
    level: 'warn',
    message: 'the symptoms of the process could not be read',
  });
});

test('ends the profile that is being taken when it stops', async () => {
  const { state, saved, look, watch, logger } = watched({ profileMs: 60_000 });
  state.now = { ...well, elu: 1 };
  await look();
  watch.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([saved, logger.lines]).toEqual([[], []]);
});

test('sees by itself that this process is busy', async () => {
  const saved: string[] = [];
  const watch = watchSymptoms({ everyMs: 100, profileMs: 20, elu: 0.5, save: (_, reason) => void saved.push(reason) });
  onTestFinished(() => watch.stop());
  const hold = setInterval(() => undefined, 10);
  onTestFinished(() => clearInterval(hold));
  for (let round = 0; round < 100 && saved.length === 0; round += 1) {
    const end = performance.now() + 50;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(saved[0]).toMatch(/^event loop/);
});

test.for([
  [{ elu: 0 }, 'elu must be above 0, got 0'],
  [{ everyMs: 0 }, 'everyMs must be above 0, got 0'],
  [{ profileMs: 0 }, 'ms must be above 0 and at most 600000, got 0'],
  [{ keep: 0 }, 'keep must be a positive integer, got 0'],
  [{ save: 5 }, 'save must be a function, got number'],
  [{ read: 5 }, 'read must be a function, got number'],
] as const)('refuses %o', ([bad, message]) => {
  expect(() => watchSymptoms({ save: () => undefined, ...bad } as never)).toThrow(message);
});
