import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timer } from '../clock.ts';
import { ManualClock } from './manual-clock.ts';

function setUp() {
  const clock = new ManualClock();
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name}@${clock.monotonic()}`);
  return { clock, fired, note };
}

describe('the time of a ManualClock', () => {
  test('stands still, and moves on both clocks by what it is told', async () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250.5);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250.5, 250.5]);
  });

  test('can be set on the wall alone, back too, which no timer notices', async () => {
    const { clock, fired, note } = setUp();
    clock.after(10, note('a'));
    clock.set(-86_400_000);
    await clock.advance(9);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([-86_399_991, 9, []]);
    await clock.advance(1);
    expect(fired).toEqual(['a@10']);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('does not move by %d', async (ms) => {
    const { clock } = setUp();
    await expect(clock.advance(ms)).rejects.toThrow(
      new RangeError(`ms must be a finite number of at least 0, got ${ms}`),
    );
    expect(clock.monotonic()).toBe(0);
  });

  test('cannot be set to what is no time', () => {
    expect(() => new ManualClock().set(Number.NaN)).toThrow(RangeError);
  });
});

describe('advance', () => {
  test('fires what falls due, each at its own time, in order of time, then of making', async () => {
    const { clock, fired, note } = setUp();
    for (const [ms, name] of [
      [30, 'd'],
      [10, 'a'],
      [20.5, 'c'],
      [30, 'e'],
      [20.25, 'b'],
      [31, 'f'],
    ] as const) {
      clock.after(ms, note(name));
    }
    await clock.advance(30);
    expect(fired).toEqual(['a@10', 'b@20.25', 'c@20.5', 'd@30', 'e@30']);
    expect(clock.pending).toBe(1);
  });

  test('by 0 fires what is due now', async () => {
    const { clock, fired, note } = setUp();
    clock.after(0, note('zero'));
    clock.after(-5, note('below'));
    expect(fired).toEqual([]);
    await clock.advance(0);
    expect(fired).toEqual(['zero@0', 'below@0']);
  });

  test('fires what is made on the way: in callbacks, in promise continuations, in sleeps after sleeps', async () => {
    const { clock, fired, note } = setUp();
    clock.after(10, () => clock.after(5, note('nested')));
    const chain = (async () => {
      await clock.sleep(4);
      note('first')();
      await Promise.resolve();
      await clock.sleep(4);
      note('second')();
      for (let hop = 0; hop < 100; hop++) await Promise.resolve();
      await clock.sleep(4);
      note('third')();
    })();
    await clock.advance(20);
    await chain;
    expect(fired).toEqual(['first@4', 'second@8', 'third@12', 'nested@15']);
  });

  test('lets all that waits settle before it resolves', async () => {
    const { clock } = setUp();
    let settled = false;
    void clock
      .sleep(5)
      .then(() => Promise.resolve())
      .then(() => {
        settled = true;
      });
    await clock.advance(5);
    expect(settled).toBe(true);
  });

  test('does not overlap with itself: a second call begins when the first is through', async () => {
    const { clock, fired, note } = setUp();
    clock.after(5, () => {
      note('inside')();
      void clock.advance(100).then(note('through'));
    });
    clock.after(60, note('later'));
    await Promise.all([clock.advance(10), clock.advance(10)]);
    await clock.advance(0);
    expect(fired).toEqual(['inside@5', 'later@60', 'through@120']);
    expect(clock.monotonic()).toBe(120);
  });

  test('rejects with what a callback threw, after all else has happened', async () => {
    const { clock, fired, note } = setUp();
    const error = new Error('in the callback');
    clock.after(5, () => {
      throw error;
    });
    clock.after(5, note('same time'));
    clock.after(8, note('later'));
    await expect(clock.advance(10)).rejects.toBe(error);
    expect([fired, clock.monotonic()]).toEqual([['same time@5', 'later@8'], 10]);
    await clock.advance(1);
  });

  test('rejects with all that several callbacks threw', async () => {
    const { clock } = setUp();
    const beat = clock.every(5, () => {
      throw new Error(`at ${clock.monotonic()}`);
    });
    const error: unknown = await clock.advance(10).catch((thrown: unknown) => thrown);
    beat.cancel();
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: at 5', 'Error: at 10']);
  });
});

describe('a timer of a ManualClock', () => {
  test('repeats exactly, until cancelled from outside or within', async () => {
    const { clock, fired, note } = setUp();
    const beat = clock.every(10, note('beat'));
    const own: Timer = clock.every(15, () => {
      note('own')();
      own.cancel();
    });
    await clock.advance(25);
    beat.cancel();
    beat.cancel();
    await clock.advance(100);
    expect(fired).toEqual(['beat@10', 'own@15', 'beat@20']);
    expect(clock.pending).toBe(0);
  });

  test('repeats at least 1 ms apart, as the system clock does', async () => {
    const { clock, fired, note } = setUp();
    const beat = clock.every(0, note('beat'));
    await clock.advance(3);
    beat.cancel();
    expect(fired).toEqual(['beat@1', 'beat@2', 'beat@3']);
  });

  test('may be cancelled by another that fires at the same time', async () => {
    const { clock, fired, note } = setUp();
    clock.after(5, () => victim.cancel());
    const victim = clock.after(5, note('victim'));
    await clock.advance(10);
    expect(fired).toEqual([]);
  });

  test('of Infinity never fires', async () => {
    const { clock, fired, note } = setUp();
    clock.after(Number.POSITIVE_INFINITY, note('a'));
    clock.after(1e300, note('b'));
    await clock.advance(1e200);
    expect(fired).toEqual([]);
  });

  test('fires in the async context in which it was made', async () => {
    const { clock } = setUp();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    storage.run('made here', () => clock.after(5, () => seen.push(storage.getStore())));
    await storage.run('advanced here', () => clock.advance(5));
    expect(seen).toEqual(['made here']);
  });

  test('of NaN or of text is refused, as by the system clock', async () => {
    const { clock } = setUp();
    expect(() => clock.after(Number.NaN, () => {})).toThrow(new RangeError('ms must be a number, got NaN'));
    expect(() => clock.every('5' as never, () => {})).toThrow(new TypeError('ms must be a number, got string 5'));
    await expect(clock.sleep(Number.NaN)).rejects.toThrow(RangeError);
    expect(() => clock.after(5, undefined as never)).toThrow(new TypeError('fn must be a function, got undefined'));
  });

  test('fires in the order of a stable sort, whatever is made and cancelled', async () => {
    const timer = fc.record({
      ms: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
      kept: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 30 }), async (timers) => {
        const clock = new ManualClock();
        const fired: number[] = [];
        const made = timers.map(({ ms }, index) => clock.after(ms, () => fired.push(index)));
        for (const [index, { kept }] of timers.entries()) if (!kept) made[index]?.cancel();
        await clock.advance(20);
        const expected = timers
          .map(({ ms, kept }, index) => ({ ms, kept, index }))
          .filter(({ kept }) => kept)
          .sort((a, b) => a.ms - b.ms)
          .map(({ index }) => index);
        expect(fired).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a sleep of a ManualClock', () => {
  test('rejects at once on abort, and leaves neither timer nor listener', async () => {
    const { clock } = setUp();
    const controller = new AbortController();
    const slept = clock.sleep(1_000, controller.signal);
    expect(clock.pending).toBe(1);
    controller.abort('enough');
    await expect(slept).rejects.toBe('enough');
    expect([clock.pending, getEventListeners(controller.signal, 'abort')]).toEqual([0, []]);
  });

  test('rejects when the signal has aborted already', async () => {
    await expect(setUp().clock.sleep(1, AbortSignal.abort('before'))).rejects.toBe('before');
  });

  test('leaves no listener when it is over', async () => {
    const { clock } = setUp();
    const { signal } = new AbortController();
    const slept = clock.sleep(5, signal);
    await clock.advance(5);
    await slept;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 'x', null])('does not start at %s', (start) => {
  expect(() => new ManualClock(start as never)).toThrow(/start must be/);
});
