import { describe, expect, test } from 'vitest';
import { createBreakers } from './breakers/create-breakers.ts';
import { createBreaker } from './circuit/create-breaker.ts';
import type { BreakerOptions } from './index.ts';

const make = (options: object) => () => createBreaker(options as BreakerOptions);
const over = 2 ** 31;

describe('rates', () => {
  for (const option of ['failureRate', 'slowRate']) {
    for (const wrong of [0, -0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      test(`${option} ${wrong} is out of range`, () => {
        const message = `${option} must be a ratio above 0 and at most 1, got ${wrong}`;
        expect(make({ [option]: wrong })).toThrow(new RangeError(message));
      });
    }
    test(`${option} '0.5' is no number`, () => {
      const message = `${option} must be a ratio above 0 and at most 1, got '0.5'`;
      expect(make({ [option]: '0.5' })).toThrow(new TypeError(message));
    });
    test(`${option} takes the whole range`, () => {
      expect(make({ [option]: 1 })).not.toThrow();
      expect(make({ [option]: Number.MIN_VALUE })).not.toThrow();
    });
  }

  test('only a ramp may begin at 0', () => {
    const from = (value: unknown) => make({ halfOpen: { rampUp: { lengthMs: 10, from: value } } });
    expect(from(0)).not.toThrow();
    expect(from(-0.1)).toThrow(new RangeError('halfOpen.rampUp.from must be a ratio from 0 to 1, got -0.1'));
  });
});

describe('counts', () => {
  const places: Record<string, (value: unknown) => object> = {
    minimumCalls: (value) => ({ minimumCalls: value }),
    consecutive: (value) => ({ consecutive: value }),
    'window.size': (value) => ({ window: { type: 'count', size: value } }),
    'window.buckets': (value) => ({ window: { type: 'time', lengthMs: 1_000, buckets: value } }),
    'halfOpen.permits': (value) => ({ halfOpen: { permits: value } }),
  };
  for (const [option, place] of Object.entries(places)) {
    for (const wrong of [0, -1, 1.5, Number.NaN]) {
      test(`${option} ${wrong} is out of range`, () => {
        const message = `${option} must be a positive integer, got ${wrong}`;
        expect(make(place(wrong))).toThrow(new RangeError(message));
      });
    }
    test(`${option} is bounded`, () => {
      const message = `${option} must be a positive integer up to 2147483647, got`;
      expect(make(place(over))).toThrow(new RangeError(`${message} ${over}`));
      expect(make(place(Number.POSITIVE_INFINITY))).toThrow(new RangeError(`${message} Infinity`));
    });
    test(`${option} '5' is no number`, () => {
      expect(make(place('5'))).toThrow(new TypeError(`${option} must be a positive integer, got '5'`));
    });
  }
});

describe('durations', () => {
  const places: Record<string, (value: unknown) => object> = {
    slowAfterMs: (value) => ({ slowAfterMs: value }),
    openForMs: (value) => ({ openForMs: value }),
    'window.lengthMs': (value) => ({ window: { type: 'time', lengthMs: value } }),
    'halfOpen.maxWaitMs': (value) => ({ halfOpen: { maxWaitMs: value } }),
    'halfOpen.rampUp.lengthMs': (value) => ({ halfOpen: { rampUp: { lengthMs: value } } }),
  };
  for (const [option, place] of Object.entries(places)) {
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, over]) {
      test(`${option} ${wrong} is out of range`, () => {
        const message = `${option} must be milliseconds from 0 to 2147483647, got ${wrong}`;
        expect(make(place(wrong))).toThrow(new RangeError(message));
      });
    }
  }

  test('half-open lasts some time', () => {
    const message = 'halfOpen.maxWaitMs must be above 0, got 0';
    expect(make({ halfOpen: { maxWaitMs: 0 } })).toThrow(new RangeError(message));
    const breaker = createBreaker();
    expect(() => breaker.update({ halfOpen: { maxWaitMs: 0 } })).toThrow(new RangeError(message));
  });

  test('a registry keeps what is idle for some time', () => {
    expect(() => createBreakers({ idleMs: 0 })).toThrow(new RangeError('idleMs must be above 0, got 0'));
    expect(() => createBreakers({ idleMs: 1 })).not.toThrow();
  });

  test('a window needs a millisecond for each bucket', () => {
    const window = (lengthMs: number, buckets?: number) => make({ window: { type: 'time', lengthMs, buckets } });
    expect(window(9)).toThrow(new RangeError('window.lengthMs must be at least 1 for each of 10 buckets, got 9'));
    expect(window(10)).not.toThrow();
    expect(window(3, 4)).toThrow(RangeError);
  });

  test('open(forMs) and permits are checked as well', () => {
    const breaker = createBreaker();
    expect(() => breaker.open(-1)).toThrow(new RangeError('forMs must be milliseconds from 0 to 2147483647, got -1'));
    expect(breaker.state).toBe('closed');
  });
});

describe('choices', () => {
  test('says what is allowed', () => {
    expect(make({ window: { type: 'sliding' } })).toThrow(
      new TypeError("window.type must be one of 'count', 'time', got 'sliding'"),
    );
    expect(make({ halfOpen: { onMaxWait: 'close' } })).toThrow(
      new TypeError("halfOpen.onMaxWait must be one of 'decide', 'open', 'closed', got 'close'"),
    );
    expect(make({ initialState: 'open' })).toThrow(
      new TypeError("initialState must be one of 'closed', 'metrics-only', 'disabled', 'forced-open', got 'open'"),
    );
  });

  test('a window must be an object', () => {
    for (const wrong of [10, 'count', null]) expect(make({ window: wrong })).toThrow(TypeError);
  });

  test('classify must be a function, openForMs a number, a back-off or a function', () => {
    expect(make({ classify: 'failure' })).toThrow(new TypeError("classify must be a function, got 'failure'"));
    expect(make({ openForMs: '30s' })).toThrow(
      new TypeError("openForMs must be milliseconds, a back-off or a function, got '30s'"),
    );
    expect(make({ openForMs: {} })).toThrow(new TypeError('openForMs.delayMs must be a function, got undefined'));
    expect(make({ openForMs: () => 5 })).not.toThrow();
    expect(make({ openForMs: { delayMs: () => 5 } })).not.toThrow();
  });
});

describe('names', () => {
  test('a name has 1 to 200 characters', () => {
    expect(make({ name: '' })).toThrow(
      new RangeError('name must be a string of 1 to 200 characters, got 0 characters'),
    );
    expect(make({ name: 'n'.repeat(201) })).toThrow(RangeError);
    expect(make({ name: 'n'.repeat(200) })).not.toThrow();
    expect(make({ name: 7 })).toThrow(TypeError);
  });

  test('an option nobody knows is refused, at every depth and in an update', () => {
    const typo = new TypeError('unknown option failureTreshold');
    expect(make({ failureTreshold: 0.5 })).toThrow(typo);
    expect(make({ halfOpen: { permit: 1 } })).toThrow(new TypeError('unknown option permit'));
    expect(make({ halfOpen: { rampUp: { ms: 1 } } })).toThrow(new TypeError('unknown option ms'));
    expect(make({ window: { type: 'count', size: 5, buckets: 5 } })).toThrow(new TypeError('unknown option buckets'));
    const breaker = createBreaker();
    expect(() => breaker.update({ failureTreshold: 0.5 } as never)).toThrow(typo);
    expect(() => breaker.update({ name: 'other' } as never)).toThrow(new TypeError('unknown option name'));
    expect(() => breaker.events({ size: 1 } as never)).toThrow(new TypeError('unknown option size'));
  });

  test('options must be an object', () => {
    for (const wrong of [null, 'payments', 7]) expect(() => createBreaker(wrong as never)).toThrow(TypeError);
    expect(make({ halfOpen: null })).toThrow(TypeError);
  });

  test('an option left undefined takes its default', () => {
    expect(make({ name: undefined, window: undefined, failureRate: undefined, halfOpen: undefined })).not.toThrow();
  });
});
