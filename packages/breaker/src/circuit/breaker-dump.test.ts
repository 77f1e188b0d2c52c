import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerOptions } from './breaker-options.ts';
import { createBreaker } from './create-breaker.ts';

const epoch = 1_700_000_000_000;
const day = 86_400_000;

/** Dumps an open breaker, goes through JSON, and restores it on a clock of its own. */
async function restart(downMs: number, options: BreakerOptions = {}, forMs?: number) {
  const before = new ManualClock(epoch);
  const old = createBreaker({ openForMs: 30_000, clock: before });
  old.open(forMs);
  await before.advance(10_000);
  const dump = JSON.parse(JSON.stringify(old.dump())) as BreakerDump;
  const clock = new ManualClock(epoch + 10_000 + downMs);
  return { clock, breaker: createBreaker({ openForMs: 30_000, clock, ...options, restore: dump }) };
}

describe('restore', () => {
  test('goes on waiting for what is left', async () => {
    const { breaker, clock } = await restart(5_000);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 15_000, openings: 1, calls: 0 });
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ details: { reason: 'manual' } });
    await clock.advance(15_000);
    expect(await breaker.run(() => 'probe')).toBe('probe');
  });

  test('starts open with the wait over when it has passed meanwhile', async () => {
    const { breaker } = await restart(3_600_000);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 0 });
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.state).toBe('half-open');
  });

  test('a clock that went back a day does not wait a day', async () => {
    expect((await restart(-day)).breaker.snapshot().retryAfterMs).toBe(30_000);
    expect((await restart(-day, { openForMs: 4_000 })).breaker.snapshot().retryAfterMs).toBe(4_000);
    expect((await restart(-day, { openForMs: ({ attempt }) => attempt * 7 })).breaker.snapshot().retryAfterMs).toBe(7);
  });

  test('a long wait that somebody asked for is kept', async () => {
    expect((await restart(0, {}, 2 * 3_600_000)).breaker.snapshot().retryAfterMs).toBe(2 * 3_600_000 - 10_000);
  });

  test('half-open starts open with the wait over: its probes are lost', async () => {
    const clock = new ManualClock(epoch);
    const old = createBreaker({ clock });
    old.open();
    old.halfOpen();
    const breaker = createBreaker({ clock, restore: old.dump() });
    expect(breaker.state).toBe('open');
    await clock.advance(30_000);
    expect(breaker.tryAcquire()).toBeDefined();
  });

  for (const state of ['closed', 'forced-open', 'disabled', 'metrics-only'] as const) {
    test(`${state} is ${state} again, whatever the initial state says`, () => {
      const old = createBreaker({ initialState: state });
      const breaker = createBreaker({ initialState: 'disabled', restore: old.dump() });
      expect(breaker.state).toBe(state);
    });
  }

  test('the openings in a row go on', async () => {
    const clock = new ManualClock();
    const old = createBreaker({ clock });
    old.open();
    old.halfOpen();
    old.open();
    const attempts: number[] = [];
    const breaker = createBreaker({ clock, restore: old.dump(), openForMs: ({ attempt }) => attempts.push(attempt) });
    breaker.halfOpen();
    breaker.open();
    expect(attempts).toEqual([3]);
  });

  test('something that is no dump is refused', () => {
    for (const [wrong, shown] of [
      [null, 'null'],
      ['open', "'open'"],
      [[], 'version undefined'],
    ]) {
      const message = `restore must be what dump() gave, got ${shown}`;
      expect(() => createBreaker({ restore: wrong as never })).toThrow(new TypeError(message));
    }
  });

  test.each([
    ['version', undefined, 2, '1'],
    ['name', undefined, null, 5],
    ['state', undefined, 'ajar', null, ['open']],
    ['openings', undefined, -1, 0.5, '1', Number.NaN, null],
    ['reason', 'whim', 'toString', null, 5],
    ['openUntil', '1', Number.NaN, Number.POSITIVE_INFINITY, null],
    ['waitMs', '1', Number.NaN, Number.POSITIVE_INFINITY, -1, null],
  ])('a dump with a wrong %s is refused by name', (field, ...values) => {
    const breaker = createBreaker();
    breaker.open();
    const dump = breaker.dump();
    for (const value of values) {
      const restore = { ...dump, [field]: value } as never;
      expect(() => createBreaker({ restore })).toThrow(TypeError);
      expect(() => createBreaker({ restore })).toThrow(`restore must be what dump() gave, got ${field} `);
    }
  });
});

test('a jump of the wall clock by a day changes nothing but what is shown', async () => {
  const clock = new ManualClock(epoch);
  const breaker = createBreaker({ clock, openForMs: 1_000 });
  const dates: number[] = [];
  breaker.on('transition', ({ atMs }) => dates.push(atMs));
  breaker.open();
  clock.set(epoch + day);
  await clock.advance(999);
  expect(breaker.tryAcquire()).toBeUndefined();
  clock.set(epoch - day);
  await clock.advance(1);
  expect(breaker.tryAcquire()).toBeDefined();
  expect(dates).toEqual([epoch, epoch - day + 1]);
});
