import { RecordingMeter } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createShedder } from './create-shedder.ts';

const shares = { high: 1, low: 0.8 };

/** Enters until refused, and gives what lets them leave. */
function flood<Class extends string>(shedder: ReturnType<typeof createShedder<Class>>, cls: Class): (() => void)[] {
  const leaves: (() => void)[] = [];
  for (;;) {
    const admission = shedder.enter(cls);
    if (!admission.admitted) return leaves;
    leaves.push(admission.leave);
  }
}

describe('a shedder', () => {
  test('never gives the last fifth to a flood of the lower class', () => {
    const shedder = createShedder({ capacity: 10, shares });
    expect(flood(shedder, 'low')).toHaveLength(8);
    expect(flood(shedder, 'high')).toHaveLength(2);
    expect(shedder.inFlight).toBe(10);
    expect(shedder.enter('high')).toEqual({ admitted: false, retryAfterMs: 1_000 });
  });

  test('counts all classes together', () => {
    const shedder = createShedder({ capacity: 10, shares });
    for (let count = 0; count < 9; count += 1) shedder.enter('high');
    expect(shedder.enter('low').admitted).toBe(false);
    expect(shedder.enter('high').admitted).toBe(true);
  });

  test('lets a call leave once, however often it says so', () => {
    const shedder = createShedder({ capacity: 10, shares });
    const [leave] = flood(shedder, 'low');
    leave?.();
    leave?.();
    expect(shedder.inFlight).toBe(7);
    expect(flood(shedder, 'low')).toHaveLength(1);
  });

  test('lets nobody of a class in whose share is less than one place', () => {
    const shedder = createShedder({ capacity: 3, shares: { high: 1, low: 0.3, none: 0 } });
    expect([shedder.enter('low').admitted, shedder.enter('none').admitted]).toEqual([false, false]);
  });

  test('is not cheated of a place by floating point', () => {
    expect(flood(createShedder({ capacity: 100, shares: { low: 0.29 } }), 'low')).toHaveLength(29);
  });

  test('refuses a class while the load is not below its bound, and reads the load for no other', () => {
    let load = 0.69;
    let read = 0;
    const measure = () => {
      read += 1;
      return load;
    };
    const shedder = createShedder({ capacity: 10, shares, load: measure, maxLoad: { low: 0.7 } });
    expect(shedder.enter('low').admitted).toBe(true);
    load = 0.7;
    expect(shedder.enter('low').admitted).toBe(false);
    load = Number.NaN;
    expect(shedder.enter('low').admitted).toBe(false);
    expect(read).toBe(3);
    expect(shedder.enter('high').admitted).toBe(true);
    expect(read).toBe(3);
  });

  test('knows the calls under way through every coming and going', () => {
    const step = fc.oneof(fc.constantFrom('high', 'low'), fc.nat(20));
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 12 }), (steps, capacity) => {
        const shedder = createShedder({ capacity, shares });
        const inside: (() => void)[] = [];
        for (const one of steps) {
          if (typeof one === 'number') inside.splice(one, 1)[0]?.();
          else {
            const places = one === 'high' ? capacity : Math.floor(capacity * 0.8);
            const admission = shedder.enter(one);
            expect(admission.admitted).toBe(inside.length < places);
            if (admission.admitted) inside.push(admission.leave);
          }
          expect(shedder.inFlight).toBe(inside.length);
        }
      }),
    );
  });

  test('counts whom it has refused', () => {
    const meter = new RecordingMeter();
    const shedder = createShedder({ capacity: 1, shares: { high: 1, low: 0 }, meter });
    for (const cls of ['high', 'high', 'low', 'low'] as const) shedder.enter(cls);
    expect(meter.value('xc_ratelimit_shed_total', { class: 'high' })).toBe(1);
    expect(meter.value('xc_ratelimit_shed_total', { class: 'low' })).toBe(2);
  });

  test('knows its classes by name', () => {
    const shedder = createShedder({ capacity: 1, shares });
    expectTypeOf(shedder.enter).parameter(0).toEqualTypeOf<'high' | 'low'>();
    for (const cls of ['other', 'constructor', '__proto__', undefined])
      expect(() => shedder.enter(cls as never)).toThrow(TypeError);
  });
});

describe('run', () => {
  test('holds a place until the task settles, whichever way', async () => {
    const shedder = createShedder({ capacity: 1, shares: { high: 1 } });
    const error = new Error('no');
    await expect(shedder.run('high', () => shedder.inFlight)).resolves.toBe(1);
    await expect(shedder.run('high', () => Promise.reject(error))).rejects.toBe(error);
    const thrown = shedder.run('high', () => {
      throw error;
    });
    await expect(thrown).rejects.toBe(error);
    expect(shedder.inFlight).toBe(0);
  });

  test('rejects what there is no place for, without starting it', async () => {
    const shedder = createShedder({ capacity: 1, shares });
    let started = false;
    const start = () => {
      started = true;
    };
    await expect(shedder.run('low', start)).rejects.toMatchObject({
      code: 'XC_RATELIMIT_SHED',
      retryable: true,
      details: { class: 'low', retryAfterMs: 1_000, refusedBy: 'shedder' },
    });
    expect(started).toBe(false);
    await expect(shedder.run('other' as never, start)).rejects.toThrow(TypeError);
  });
});

test.each([
  [{ capacity: 0, shares }, RangeError, 'capacity must be'],
  [{ capacity: 1.5, shares }, RangeError, 'capacity must be'],
  [{ capacity: 1, shares: { a: 1.1 } }, RangeError, 'shares.a must be from 0 to 1, got 1.1'],
  [{ capacity: 1, shares: { a: -0.1 } }, RangeError, 'shares.a must be'],
  [{ capacity: 1, shares: { a: '1' } }, RangeError, 'shares.a must be'],
  [{ capacity: 1, shares, load: 5 }, TypeError, 'load must be a function'],
  [{ capacity: 1, shares, load: () => 0, maxLoad: { low: '1' } }, RangeError, 'maxLoad.low must be'],
  [{ capacity: 1, shares, load: () => 0, maxLoad: { other: 1 } }, TypeError, 'maxLoad.other must be'],
  [{ capacity: 1, shares, maxLoad: { low: 1 } }, TypeError, 'load must be given'],
])('refuses the options %j', (options, kind, message) => {
  const create = () => createShedder(options as never);
  expect(create).toThrow(kind);
  expect(create).toThrow(message);
});
