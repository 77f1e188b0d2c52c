import { describe, expect, test } from 'vitest';
import { isXcError, XcError } from './error.ts';

class SpecialError extends XcError<'XC_SPECIAL'> {
  static {
    this.prototype.name = 'SpecialError';
  }

  readonly waitMs: number;

  constructor(waitMs: number) {
    super('XC_SPECIAL', 'it was special', { details: { waitMs }, retryable: true });
    this.waitMs = waitMs;
  }
}

describe('an XcError', () => {
  test('carries code, message and cause', () => {
    const cause = new Error('underneath');
    const error = new XcError('XC_TEST', 'it broke', { cause });
    expect(error).toMatchObject({ name: 'XcError', code: 'XC_TEST', message: 'it broke', cause });
    expect(error).toBeInstanceOf(Error);
  });

  test('has no details, is not retryable and has no cause unless told so', () => {
    const error = new XcError('XC_TEST', 'it broke');
    expect([error.details, error.retryable, Object.hasOwn(error, 'cause')]).toEqual([{}, false, false]);
    expect(Object.hasOwn(new XcError('XC_TEST', 'it broke', { cause: undefined }), 'cause')).toBe(false);
  });

  test.each([null, 0, false, ''])('keeps %j as its cause', (cause) => {
    expect(new XcError('XC_TEST', 'it broke', { cause })).toMatchObject({ cause });
  });

  test('copies and freezes its details', () => {
    const details = { count: 1 };
    const error = new XcError('XC_TEST', 'it broke', { details });
    details.count = 2;
    expect(error.details).toEqual({ count: 1 });
    expect(() => Object.assign(error.details, { count: 3 })).toThrow(TypeError);
    expect(() => Object.assign(new XcError('XC_TEST', 'it broke').details, { count: 3 })).toThrow(TypeError);
  });

  test('is plain data as JSON: no stack, no cause', () => {
    const error = new XcError('XC_TEST', 'it broke', {
      cause: new Error('secret'),
      details: { a: 1 },
      retryable: true,
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'XcError',
      code: 'XC_TEST',
      message: 'it broke',
      details: { a: 1 },
      retryable: true,
    });
  });

  test('begins its stack with its name and message, and leads to where it was made', () => {
    const [first, second] = new SpecialError(5).stack?.split('\n') ?? [];
    expect(first).toBe('SpecialError: it was special');
    expect(second).toContain('error.test.ts');
  });

  test('has no own name: subclasses set it on their prototype', () => {
    expect(Object.keys(new SpecialError(5)).sort()).toEqual(['code', 'details', 'retryable', 'waitMs']);
    expect(new SpecialError(5).toJSON()).toMatchObject({ name: 'SpecialError', code: 'XC_SPECIAL', retryable: true });
  });
});

describe('isXcError', () => {
  test('tells ours from others, and one code from another', () => {
    const error: unknown = new SpecialError(5);
    expect([isXcError(error), isXcError(error, 'XC_SPECIAL'), isXcError(error, 'XC_OTHER')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([[new Error('x')], [{ code: 'XC_TEST' }], [undefined], [null], ['XC_TEST'], [5], [() => 1], [Symbol('x')]])(
    'says no to %s',
    (other) => {
      expect(isXcError(other)).toBe(false);
      expect(isXcError(other, 'XC_TEST')).toBe(false);
    },
  );

  test('is not taken in by data that came over a wire', () => {
    expect(isXcError(JSON.parse(JSON.stringify(new SpecialError(5))))).toBe(false);
  });
});

test('says no to a proxy that refuses to be looked at', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(isXcError(proxy)).toBe(false);
});
