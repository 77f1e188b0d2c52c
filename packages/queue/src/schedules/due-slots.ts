import type { ScheduleSlots } from './schedule-slots.ts';
import { slotJitterMs } from './slot-jitter.ts';

/** Where a schedule stands when somebody looks at it. */
export interface SlotQuestion {
  readonly name: string;
  /** The slot it waits for. */
  readonly slot: number;
  /** Epoch milliseconds of the engine. */
  readonly now: number;
  readonly missed: 'skip' | 'once' | { readonly all: number };
  /** A slot that is found later than that is missed. */
  readonly lateAfterMs: number;
  readonly jitterMs: number;
  /** How many jobs it may still make; `undefined`: any number. */
  readonly left: number | undefined;
}

/** What is to be done with the slots that are due. */
export interface SlotAnswer {
  /** Slots that become jobs now, oldest first; at most 1,000, the others are due at the next look. */
  readonly run: readonly number[];
  /** How many missed slots are dropped. */
  readonly dropped: number;
  /** The slot to wait for, `undefined` when there is none any more. */
  readonly next: number | undefined;
}

/** How many jobs one look makes. */
const MOST = 1_000;

/**
 * Decides which due slots run. A slot is missed when it is found more than `lateAfterMs` after its time (jitter included): `skip`
 * drops all missed ones, `once` runs the newest of them, `{ all: n }` the newest n, oldest first. Slots that are due and not missed
 * run in any case. None is counted twice: `next` is behind every slot that was run or dropped.
 */
export function dueSlots(slots: ScheduleSlots, question: SlotQuestion): SlotAnswer {
  const { slot, now, lateAfterMs, jitterMs, missed, left = Number.POSITIVE_INFINITY } = question;
  const fireAt = (each: number) => each + slotJitterMs(question.name, each, jitterMs);
  const isMissed = (each: number) => now - fireAt(each) > lateAfterMs;

  // Slots before this are missed whatever their jitter: counted, not looked at one by one.
  const certain = Math.max(slot, now - lateAfterMs - jitterMs);
  const wanted = missed === 'skip' ? 0 : missed === 'once' ? 1 : missed.all;
  const late = wanted === 0 ? [] : slots.newest(wanted, slot, certain);
  let lateCount = slots.count(slot, certain);
  const due: number[] = [];
  let next = slots.next(certain - 1);
  while (next !== undefined && fireAt(next) <= now && due.length < MOST) {
    if (isMissed(next)) {
      lateCount += 1;
      if (wanted > 0) late.push(next);
    } else {
      due.push(next);
    }
    next = slots.next(next);
  }
  const caughtUp = wanted === 0 ? [] : late.slice(-wanted);
  // Jitter may make a slot late whose successor is not.
  const run = [...caughtUp, ...due].sort((a, b) => a - b);
  return bounded({ run, dropped: lateCount - caughtUp.length, next }, left);
}

/** No more jobs than are left, none for a schedule that has made all; and no more at once than an engine takes. */
function bounded({ run, dropped, next }: SlotAnswer, left: number): SlotAnswer {
  if (left <= run.length)
    return { run: run.slice(0, Math.min(left, MOST)), dropped, next: left <= MOST ? undefined : run[MOST] };
  return run.length <= MOST ? { run, dropped, next } : { run: run.slice(0, MOST), dropped, next: run[MOST] };
}
