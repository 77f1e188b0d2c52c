import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timer } from './clock.ts';
import { type TimerHost, TimerQueue } from './timer-queue.ts';

/** A host whose time a test moves by hand. */
class HandDrivenHost implements TimerHost {
  time: number;
  asked = 0;
  held = false;
  readonly #wakes = new Set<{ readonly at: number; readonly fn: () => void }>();

  constructor(time = 0) {
    this.time = time;
  }

  get wakes(): number {
    return this.#wakes.size;
  }

  monotonic(): number {
    return this.time;
  }

  wakeAfter(ms: number, fn: () => void) {
    if (!Number.isInteger(ms) || ms < 1 || ms > 2 ** 31 - 1) throw new RangeError(`no host can wake after ${ms}`);
    this.asked += 1;
    this.held = false;
    const wake = { at: this.time + ms, fn };
    this.#wakes.add(wake);
    return {
      cancel: () => void this.#wakes.delete(wake),
      hold: (on: boolean) => {
        this.held = on;
      },
    };
  }

  /** Lets `ms` pass on a free event loop; each wake-up call comes `lateMs` late, or up to 0.9 early if that is negative. */
  pass(ms: number, lateMs = 0): void {
    this.passTo(this.time + ms, lateMs);
  }

  passTo(target: number, lateMs = 0): void {
    for (let wake = this.#next(target); wake !== undefined; wake = this.#next(target)) {
      this.time = Math.min(Math.max(this.time, wake.at + lateMs), target);
      this.#wakes.delete(wake);
      wake.fn();
    }
    this.time = target;
  }

  /** Lets `ms` pass on a blocked one. */
  block(ms: number): void {
    this.time += ms;
  }

  #next(target: number) {
    return [...this.#wakes].find(({ at }) => at <= target);
  }
}

function setUp(start = 0) {
  const host = new HandDrivenHost(start);
  const queue = new TimerQueue(host);
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name}@${host.time}`);
  return { host, queue, fired, note };
}

describe('a timer', () => {
  test.each([0, 1_000, 2 ** 31 - 5, 2 ** 33 + 0.5])(
    'fires when its time has come, not before (host at %d ms)',
    (start) => {
      const { host, queue, fired } = setUp(start);
      queue.schedule(1_000, 0, () => fired.push('fired'));
      host.pass(999.5);
      expect(fired).toEqual([]);
      host.pass(1.5);
      expect(fired).toEqual(['fired']);
    },
  );

  test('with a fraction is not rounded down', () => {
    const { host, queue, fired, note } = setUp(0.75);
    queue.schedule(1.5, 0, note('a'));
    host.pass(1.49);
    expect(fired).toEqual([]);
    host.pass(2);
    // Due at 2.25, on the tick 3; the host counts whole milliseconds from 0.75.
    expect(fired).toEqual(['a@3.75']);
  });

  test.each([0, -1, -1e300, Number.NEGATIVE_INFINITY])('of %s ms fires on the next tick', (ms) => {
    const { host, queue, fired, note } = setUp(10);
    queue.schedule(ms, 0, note('a'));
    expect(fired).toEqual([]);
    host.pass(1);
    expect(fired).toEqual(['a@11']);
  });

  test.each([2 ** 31, 2 ** 31 + 7, 2 ** 40])('of %d ms, more than a host can wait, fires on time', (ms) => {
    const { host, queue, fired, note } = setUp();
    queue.schedule(ms, 0, note('a'));
    host.pass(ms - 1);
    expect(fired).toEqual([]);
    host.pass(1);
    expect(fired).toEqual([`a@${ms}`]);
  });

  test('of Infinity never fires, and can be cancelled', () => {
    const { host, queue, fired, note } = setUp();
    const timer = queue.schedule(Number.POSITIVE_INFINITY, 0, note('a'));
    host.pass(2 ** 45);
    timer.cancel();
    expect(fired).toEqual([]);
  });

  test('fires in the order of its time down to the fraction, then of its scheduling', () => {
    const { host, queue, fired } = setUp();
    for (const [ms, name] of [
      [0.9, 'd'],
      [0.2, 'b'],
      [0.9, 'e'],
      [0.1, 'a'],
      [0.2, 'c'],
    ] as const) {
      queue.schedule(ms, 0, () => fired.push(name));
    }
    host.pass(1);
    expect(fired).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('fires once, and cancelling it afterwards or twice does nothing', () => {
    const { host, queue, fired, note } = setUp();
    const timer = queue.schedule(1, 0, note('a'));
    host.pass(5);
    timer.cancel();
    timer.cancel();
    queue.schedule(1, 0, note('b'));
    host.pass(5);
    expect(fired).toEqual(['a@1', 'b@6']);
  });

  test('may cancel another that is due in the same tick, or itself', () => {
    const { host, queue, fired, note } = setUp();
    const own: Timer = queue.schedule(1, 0, () => {
      own.cancel();
      victim.cancel();
    });
    const victim = queue.schedule(1, 0, note('victim'));
    queue.schedule(1, 0, note('other'));
    host.pass(5);
    expect(fired).toEqual(['other@1']);
  });

  test('may schedule others, and 0 ms within it means a later tick: the loop is never starved', () => {
    const { host, queue, fired, note } = setUp();
    let rounds = 0;
    const again = () => {
      rounds += 1;
      queue.schedule(0, 0, again);
    };
    queue.schedule(0, 0, again);
    queue.schedule(1, 0, () => queue.schedule(2, 0, note('nested')));
    host.pass(10);
    expect(rounds).toBe(10);
    expect(fired).toEqual(['nested@3']);
  });

  test('keeps nothing of its callback alive once cancelled or fired', async () => {
    const { host, queue } = setUp();
    const reference = (() => {
      const held = { big: new Array(1_000).fill(0) };
      const cancelled = queue.schedule(50, 0, () => void held.big);
      const fired = queue.schedule(1, 0, () => void held.big);
      host.pass(2);
      cancelled.cancel();
      return { held: new WeakRef(held), timers: [cancelled, fired] };
    })();
    await collectGarbage();
    expect(reference.held.deref()).toBeUndefined();
    expect(reference.timers).toHaveLength(2);
  });
});

describe('a repeating timer', () => {
  test('fires every period from its deadline, however late each wake-up call comes', () => {
    const { host, queue } = setUp();
    const times: number[] = [];
    queue.schedule(10, 10, () => times.push(host.time));
    host.pass(1_003, 3);
    expect(times).toHaveLength(100);
    for (const [index, time] of times.entries()) {
      expect(time - (index + 1) * 10).toBeGreaterThanOrEqual(0);
      expect(time - (index + 1) * 10).toBeLessThanOrEqual(3);
    }
  });

  test('with a fraction keeps its mean', () => {
    const { host, queue } = setUp();
    let count = 0;
    queue.schedule(1.5, 1.5, () => count++);
    host.pass(1_500);
    expect(count).toBe(1_000);
  });

  test('fires once for all the turns that a blocked loop has missed, and keeps its beat', () => {
    const { host, queue, fired, note } = setUp();
    queue.schedule(10, 10, note('beat'));
    host.pass(10);
    host.block(1_005);
    host.pass(0);
    host.pass(15);
    expect(fired).toEqual(['beat@10', 'beat@1015', 'beat@1020', 'beat@1030']);
  });

  test('stops when cancelled, from outside or in its own callback', () => {
    const { host, queue, fired, note } = setUp();
    const outside = queue.schedule(10, 10, note('outside'));
    const inside = queue.schedule(10, 10, () => {
      fired.push('inside');
      inside.cancel();
    });
    host.pass(20);
    outside.cancel();
    host.pass(100);
    expect(fired).toEqual(['outside@10', 'inside', 'outside@20']);
  });

  test('goes on after its callback threw', () => {
    const { host, queue } = setUp();
    let calls = 0;
    queue.schedule(10, 10, () => {
      calls += 1;
      throw new Error('every time');
    });
    for (let beat = 1; beat <= 3; beat++) expect(() => host.pass(10)).toThrow('every time');
    expect(calls).toBe(3);
  });
});

describe('a callback that throws', () => {
  test('throws out of the wake-up call; the others fire, in order, in the next ones', () => {
    const { host, queue, fired, note } = setUp();
    queue.schedule(1, 0, note('a'));
    queue.schedule(1, 0, () => {
      throw new Error('first');
    });
    queue.schedule(1, 0, note('b'));
    queue.schedule(1, 0, () => {
      throw new Error('second');
    });
    queue.schedule(1, 0, note('c'));
    queue.schedule(2, 0, note('d'));
    expect(() => host.pass(1)).toThrow('first');
    expect(fired).toEqual(['a@1']);
    expect(() => host.pass(1)).toThrow('second');
    host.pass(5);
    expect(fired).toEqual(['a@1', 'b@2', 'c@3', 'd@3']);
  });

  test('leaves a due timer cancellable', () => {
    const { host, queue, fired, note } = setUp();
    queue.schedule(1, 0, () => {
      throw new Error('first');
    });
    const due = queue.schedule(1, 0, note('due'));
    expect(() => host.pass(1)).toThrow('first');
    due.cancel();
    host.pass(5);
    expect(fired).toEqual([]);
  });
});

describe('the wake-up call of the host', () => {
  test.each<[string, (index: number) => number]>([
    ['rising', (index) => 1_000 + index],
    ['falling', (index) => 20_000 - index],
    ['scattered', (index) => 1 + ((index * 7_919) % 60_000)],
  ])('is one for 10,000 pending timers with %s delays, and stays one until all have fired', (_order, ms) => {
    const { host, queue } = setUp();
    let count = 0;
    for (let index = 0; index < 10_000; index++) queue.schedule(ms(index), 0, () => count++);
    expect(host.wakes).toBe(1);
    while (count < 10_000) {
      expect(host.wakes).toBe(1);
      host.pass(50);
    }
    expect(host.wakes).toBe(0);
  });

  test('is not asked for again by a later timer, and goes when nothing is left', () => {
    const { host, queue } = setUp();
    for (let index = 0; index < 1_000; index++) queue.schedule(100 + index, 0, () => {}).cancel();
    expect(host.asked).toBe(1);
    host.pass(100);
    expect(host.wakes).toBe(0);
  });

  test('holds the process open only while somebody asks for it, also when it is asked for anew', () => {
    const { host, queue } = setUp();
    queue.schedule(100, 0, () => {});
    expect(host.held).toBe(false);
    queue.hold();
    queue.hold();
    expect(host.held).toBe(true);
    queue.schedule(50, 0, () => {});
    expect(host.held).toBe(true);
    queue.release();
    expect(host.held).toBe(true);
    queue.release();
    expect(host.held).toBe(false);
  });
});

test('a callback runs in the async context of its scheduling, and no other context is kept', () => {
  const { host, queue } = setUp();
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = () => seen.push(storage.getStore());
  storage.run('first', () => queue.schedule(5, 0, look));
  storage.run('second', () => queue.schedule(5, 5, look));
  queue.schedule(5, 0, look);
  host.pass(10);
  expect(seen).toEqual(['first', 'second', undefined, 'second']);
});

const action = fc.oneof(
  fc.record({
    kind: fc.constant('schedule' as const),
    ms: fc.oneof(fc.nat(40), fc.double({ min: -5, max: 3_000, noNaN: true }), fc.nat(500_000)),
    nestedMs: fc.option(fc.nat(100)),
    cancels: fc.option(fc.nat(50)),
    throws: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(50) }),
  fc.record({
    kind: fc.constant('pass' as const),
    ms: fc.double({ min: 0, max: 5_000, noNaN: true }),
    lateMs: fc.double({ min: -0.9, max: 5, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('block' as const), ms: fc.double({ min: 0, max: 700_000, noNaN: true }) }),
);

test('fires what a naive list would: in order of time, never early, none lost, none after its cancelling', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2 ** 42, noNaN: true }),
      fc.array(action, { maxLength: 80 }),
      (start, actions) => {
        const { host, queue } = setUp(start);
        const all: { deadline: number; timer: Timer; state: 'pending' | 'fired' | 'cancelled' }[] = [];
        let lastDeadline = Number.NEGATIVE_INFINITY;

        const cancel = (pick: number) => {
          const one = all[pick % Math.max(all.length, 1)];
          one?.timer.cancel();
          if (one?.state === 'pending') one.state = 'cancelled';
        };
        const schedule = (ms: number, then: () => void = () => {}) => {
          const entry: (typeof all)[number] = {
            // A negative delay is due now, and what is due now fires after what was due before.
            deadline: host.time + Math.max(ms, 0),
            state: 'pending',
            timer: queue.schedule(Math.max(ms, 0), 0, () => {
              expect(entry.state).toBe('pending');
              expect(host.time).toBeGreaterThanOrEqual(entry.deadline);
              expect(entry.deadline).toBeGreaterThanOrEqual(lastDeadline);
              lastDeadline = entry.deadline;
              entry.state = 'fired';
              then();
            }),
          };
          all.push(entry);
        };
        const pass = (ms: number, lateMs: number) => {
          const target = host.time + ms;
          // Each error ends a wake-up call, as an uncaught one does; the loop goes on.
          while (host.time < target) {
            try {
              host.passTo(target, lateMs);
            } catch (error) {
              if (error !== planned) throw error;
            }
          }
        };

        for (const act of actions) {
          if (act.kind === 'cancel') cancel(act.pick);
          else if (act.kind === 'pass') pass(act.ms, act.lateMs);
          else if (act.kind === 'block') host.block(act.ms);
          else {
            schedule(act.ms, () => {
              if (act.nestedMs !== null) schedule(act.nestedMs);
              if (act.cancels !== null) cancel(act.cancels);
              if (act.throws) throw planned;
            });
          }
          expect(host.wakes).toBeLessThanOrEqual(1);
        }
        pass(600_000, 0);
        expect(all.filter(({ state }) => state === 'pending')).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

test('is never later than the next whole millisecond when every wake-up call is on time', () => {
  const delays = fc.array(fc.double({ min: 0, max: 200_000, noNaN: true }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), delays, (start, all) => {
      const { host, queue } = setUp(start);
      for (const ms of all) {
        const deadline = host.time + ms;
        // One millisecond to the tick, one for the host, which counts in whole milliseconds from any instant.
        queue.schedule(ms, 0, () => expect(host.time - deadline).toBeLessThan(2));
      }
      host.pass(200_002);
    }),
  );
});

const planned = new Error('planned');

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // A WeakRef holds its target until the end of the turn in which it was made.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}
