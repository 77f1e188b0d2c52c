import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agenda, type Due } from './agenda.ts';

test('fires each once, in the order of time, at its time and none that was dropped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat({ max: 200 }), dropped: fc.boolean() }), { maxLength: 300 }),
      async (plans) => {
        const clock = new ManualClock();
        const agenda = new Agenda(clock);
        const fired: number[] = [];
        const dues = plans.map(({ at }) =>
          agenda.at(at, (now) => {
            expect(now).toBe(at);
            fired.push(at);
          }),
        );
        for (const [index, { dropped }] of plans.entries()) if (dropped) agenda.drop(dues[index] as Due);
        await clock.advance(200);
        const kept = plans.filter(({ dropped }) => !dropped).map(({ at }) => at);
        expect(fired).toEqual(kept.sort((a, b) => a - b));
        expect(dues.every(({ pending }) => !pending)).toBe(true);
      },
    ),
  );
});

test('keeps one timer of the clock, whatever it holds', () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  for (let at = 1_000; at > 0; at--) agenda.at(at, () => {});
  expect(clock.pending).toBe(1);
});

test('what is added for now or the past while it fires comes in the next turn', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  let times = 0;
  const again = (now: number) => {
    times++;
    if (times < 5) agenda.at(now - 1, again);
  };
  agenda.at(10, again);
  await clock.advance(10);
  expect(times).toBe(5);
});

test('one that is dropped by another of the same turn does not fire', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  let fired = false;
  agenda.at(5, () => agenda.drop(victim));
  const victim = agenda.at(5, () => {
    fired = true;
  });
  await clock.advance(5);
  expect(fired).toBe(false);
  agenda.drop(victim);
});

test('never means never', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  const never = agenda.at(Number.POSITIVE_INFINITY, () => expect.unreachable());
  expect([never.pending, clock.pending]).toEqual([false, 0]);
});

test('forgets what is dropped, however far away its time is', () => {
  const agenda = new Agenda(new ManualClock());
  const kept = agenda.at(1_000_000, () => {});
  const start = performance.now();
  for (let times = 0; times < 200_000; times++) agenda.drop(agenda.at(500_000 + times, () => {}));
  expect(kept.pending).toBe(true);
  // Without a sweep this would take as much memory, with one for each as many times as long.
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('one that throws takes nothing from the others, and its error is not swallowed', async () => {
  const clock = new ManualClock();
  const agenda = new Agenda(clock);
  const fired: number[] = [];
  agenda.at(5, () => {
    throw new Error('mine');
  });
  agenda.at(5, () => fired.push(5));
  agenda.at(7, () => fired.push(7));
  await expect(clock.advance(10)).rejects.toThrow('mine');
  expect(fired).toEqual([5, 7]);
});
