import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueSlots, type SlotQuestion } from './due-slots.ts';
import { scheduleSlots } from './schedule-slots.ts';
import { slotJitterMs } from './slot-jitter.ts';

const hour = 3_600_000;
const hourly = scheduleSlots({ everyMs: hour });

function ask(question: Partial<SlotQuestion> & { readonly slot: number; readonly now: number }) {
  const defaults = { name: 'hourly', missed: 'skip', lateAfterMs: 60_000, jitterMs: 0, left: undefined } as const;
  return dueSlots(hourly, { ...defaults, ...question });
}

test('runs a slot at its time and waits for the next', () => {
  expect(ask({ slot: hour, now: hour })).toEqual({ run: [hour], dropped: 0, next: 2 * hour });
  expect(ask({ slot: hour, now: hour + 60_000 })).toEqual({ run: [hour], dropped: 0, next: 2 * hour });
});

test('waits on where nothing is due', () => {
  expect(ask({ slot: hour, now: hour - 1 })).toEqual({ run: [], dropped: 0, next: hour });
});

test('makes none, one or n jobs of five slots slept through, oldest first', () => {
  const slept = { slot: hour, now: 5.5 * hour };
  expect(ask(slept)).toEqual({ run: [], dropped: 5, next: 6 * hour });
  expect(ask({ ...slept, missed: 'once' })).toEqual({ run: [5 * hour], dropped: 4, next: 6 * hour });
  expect(ask({ ...slept, missed: { all: 3 } })).toEqual({
    run: [3 * hour, 4 * hour, 5 * hour],
    dropped: 2,
    next: 6 * hour,
  });
  expect(ask({ ...slept, missed: { all: 9 } }).run).toHaveLength(5);
});

test('runs the slot of just now beside the missed ones before it', () => {
  const woken = { slot: hour, now: 3 * hour + 1_000 };
  expect(ask(woken)).toEqual({ run: [3 * hour], dropped: 2, next: 4 * hour });
  expect(ask({ ...woken, missed: 'once' })).toEqual({ run: [2 * hour, 3 * hour], dropped: 1, next: 4 * hour });
});

test('makes no more jobs than the limit leaves, and ends there', () => {
  const slept = { slot: hour, now: 5.5 * hour, missed: { all: 5 } } as const;
  expect(ask({ ...slept, left: 2 })).toEqual({ run: [hour, 2 * hour], dropped: 0, next: undefined });
  expect(ask({ ...slept, left: 5 })).toMatchObject({ next: undefined });
  expect(ask({ ...slept, left: 6 })).toMatchObject({ next: 6 * hour });
  expect(ask({ ...slept, left: 0 })).toEqual({ run: [], dropped: 0, next: undefined });
});

test('has nothing to wait for behind the end', () => {
  const ending = scheduleSlots({ everyMs: hour }, { endAt: 2 * hour });
  const question = { name: 'e', slot: 2 * hour, now: 2 * hour, missed: 'skip', lateAfterMs: 0, jitterMs: 0 } as const;
  expect(dueSlots(ending, { ...question, left: undefined })).toEqual({ run: [2 * hour], dropped: 0, next: undefined });
});

test('counts lateness from the jittered time', () => {
  const jitterMs = 10 * 60_000;
  const fireAt = hour + slotJitterMs('hourly', hour, jitterMs);
  expect(ask({ slot: hour, now: fireAt - 1, jitterMs })).toEqual({ run: [], dropped: 0, next: hour });
  expect(ask({ slot: hour, now: fireAt + 60_000, jitterMs }).run).toEqual([hour]);
  expect(ask({ slot: hour, now: fireAt + 60_001, jitterMs })).toEqual({ run: [], dropped: 1, next: 2 * hour });
});

test('hands out a thousand at a time and goes on behind them', () => {
  const fast = scheduleSlots({ everyMs: 1 });
  const question = { name: 'fast', missed: { all: 2_500 }, lateAfterMs: 0, jitterMs: 0, left: undefined } as const;
  let slot: number | undefined = 1;
  const run: number[] = [];
  let dropped = 0;
  for (let look = 0; look < 3 && slot !== undefined; look++) {
    const answer = dueSlots(fast, { ...question, slot, now: 1_000_000 });
    run.push(...answer.run);
    dropped += answer.dropped;
    slot = answer.next;
  }
  expect(dropped).toBe(1_000_000 - 1 - 2_500);
  expect(run).toEqual(Array.from({ length: 2_501 }, (_, index) => 1_000_000 - 2_500 + index));
  expect(slot).toBe(1_000_001);
});

test('runs or drops every slot exactly once over any series of looks', () => {
  const policy = fc.oneof(fc.constant('skip' as const), fc.constant('once' as const), fc.record({ all: fc.nat(5) }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      policy,
      fc.nat(50),
      fc.nat(60),
      fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }),
      (everyMs, missed, lateAfterMs, jitterMs, pauses) => {
        const slots = scheduleSlots({ everyMs });
        let slot = slots.next(0) as number;
        let [now, dropped] = [0, 0];
        const run: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const answer = dueSlots(slots, { name: 's', slot, now, missed, lateAfterMs, jitterMs, left: undefined });
          run.push(...answer.run);
          dropped += answer.dropped;
          slot = answer.next as number;
        }
        expect(run).toEqual([...new Set(run)].sort((a, b) => a - b));
        expect(run.length + dropped).toBe(slots.count(1, slot));
        expect(run.every((each) => each + slotJitterMs('s', each, jitterMs) <= now)).toBe(true);
      },
    ),
  );
});
