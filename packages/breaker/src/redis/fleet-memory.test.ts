import { describe, expect, test } from 'vitest';
import { FleetMemory } from './fleet-memory.ts';
import type { FleetState } from './tick.ts';

const calm: FleetState = {
  live: 4,
  votes: 0,
  openForMs: 0,
  epoch: 0,
  leases: 0,
  leaseLeftMs: 0,
  isNew: false,
  reached: false,
  unrecovered: false,
};
const open = { ...calm, openForMs: 100, unrecovered: true };
const nothing = { recovered: false, closed: false, opened: false, waits: false };
const begun = { ...nothing, opened: true, waits: true };

function memory() {
  const remembered = new FleetMemory(50);
  remembered.learn(calm, 0, 20);
  return remembered;
}

describe('the memory of a member', () => {
  test('knows nothing before the first round', () => {
    expect(new FleetMemory(50).view(0)).toBeUndefined();
    expect(new FleetMemory(50).epoch).toBe(0);
  });

  test('counts down what is left of an opening', () => {
    const remembered = memory();
    expect(remembered.learn(open, 10, 20)).toEqual(begun);
    expect(remembered.view(30)).toEqual({ live: 4, votes: 0, openForMs: 80, probesGranted: 0 });
    expect(remembered.view(500)).toMatchObject({ openForMs: 0 });
  });

  test('tells an opening once, and once more after a recovery', () => {
    const remembered = memory();
    remembered.learn(open, 10, 20);
    expect(remembered.learn(open, 20, 20)).toEqual(nothing);
    expect(remembered.learn({ ...calm, epoch: 1 }, 30, 20)).toEqual({ ...nothing, recovered: true, closed: true });
    expect(remembered.view(30)).toMatchObject({ openForMs: 0 });
    expect(remembered.learn({ ...open, epoch: 1 }, 40, 20)).toEqual(begun);
    expect(remembered.learn({ ...open, epoch: 2 }, 50, 20)).toEqual({ ...begun, recovered: true, closed: true });
  });

  test('tells when the fleet waits anew', () => {
    const remembered = memory();
    remembered.learn(open, 0, 20);
    expect(remembered.learn(open, 99, 20).waits).toBe(false);
    remembered.learn({ ...open, openForMs: 0 }, 199, 20);
    expect(remembered.learn(open, 210, 20)).toEqual({ ...nothing, waits: true });
  });

  test('takes an opening that nobody has ended for over when the time to probe has passed', () => {
    const remembered = memory();
    remembered.learn(open, 0, 20);
    // Gone from the server before its time: the data is lost, and may come back.
    expect(remembered.learn(calm, 60, 20)).toEqual(nothing);
    expect(remembered.learn(calm, 169, 20)).toEqual(nothing);
    expect(remembered.learn(calm, 170, 20)).toEqual({ ...nothing, closed: true });
    expect(remembered.learn(calm, 180, 20)).toEqual(nothing);
  });

  test('takes a smaller count of recoveries for a new one', () => {
    const remembered = memory();
    remembered.learn({ ...calm, epoch: 7 }, 0, 20);
    expect(remembered.learn({ ...calm, epoch: 1 }, 10, 20).recovered).toBe(false);
    expect(remembered.learn({ ...calm, epoch: 2 }, 20, 20).recovered).toBe(true);
  });

  test('goes by no news that are older than what it knows', () => {
    const remembered = memory();
    remembered.learn({ ...calm, epoch: 3 }, 0, 20);
    expect(remembered.hear({ openForMs: 100, epoch: 2 }, 10, 20)).toBeUndefined();
    expect(remembered.hear({ openForMs: 100, epoch: 3 }, 10, 20)).toEqual({ opened: true, waits: true });
    expect(remembered.hear({ openForMs: 100, epoch: 3 }, 20, 20)).toEqual({ opened: false, waits: false });
    expect(remembered.view(20)).toMatchObject({ openForMs: 100 });
  });

  test('takes the fleet for as large as it was, for one lifetime of a member after it was forgotten', () => {
    const remembered = memory();
    expect(remembered.membersAtLeast(10)).toBe(0);
    remembered.learn({ ...calm, live: 1, isNew: true }, 10, 20);
    expect(remembered.membersAtLeast(59)).toBe(4);
    remembered.learn({ ...calm, live: 2, isNew: true }, 40, 20);
    expect(remembered.membersAtLeast(89)).toBe(4);
    expect(remembered.membersAtLeast(90)).toBe(0);
  });
});
