import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import { revive } from '../../test/vectors/revive.ts';
import { cacheKey } from './cache-key.ts';

describe('keys of parts', () => {
  for (const { a, b, same, why } of vectors.cacheKey) {
    test(`${same ? 'agree' : 'differ'}: ${why}`, () => {
      expect(cacheKey(...(revive(a) as unknown[])) === cacheKey(...(revive(b) as unknown[]))).toBe(same);
    });
  }

  test('differ for any two different values, and agree for copies with their properties in another order', () => {
    const data = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(cacheKey(reversed(a))).toBe(cacheKey(a));
        if (cacheKey(a) === cacheKey(b)) expect(a).toEqual(b);
      }),
      { numRuns: 500 },
    );
  });

  test('tell instances of classes by class and by what they say of themselves', () => {
    class Point {
      readonly x = 1;
    }
    class Money {
      readonly #cents: number;
      constructor(cents: number) {
        this.#cents = cents;
      }
      toJSON() {
        return this.#cents;
      }
    }
    expect(cacheKey(new Point())).not.toBe(cacheKey({ x: 1 }));
    expect(cacheKey(new Money(1))).toBe(cacheKey(new Money(1)));
    expect(cacheKey(new Money(1))).not.toBe(cacheKey(new Money(2)));
    expect(cacheKey(/a/g)).not.toBe(cacheKey(/a/i));
    expect(cacheKey(new URL('http://a/'))).not.toBe(cacheKey('http://a/'));
    expect(cacheKey(new Map([[1, 2]]))).not.toBe(cacheKey(new Set([1, 2])));
    expect(cacheKey(Buffer.from('ab'))).toBe(cacheKey(new Uint8Array([97, 98])));
    expect(cacheKey(new Uint16Array([1]))).not.toBe(cacheKey(new Uint8Array([1, 0])));
  });

  test('are short, well formed and readable at their beginning, whatever comes', () => {
    const key = cacheKey('user', '😀'.repeat(500));
    expect(key).toMatch(/^"user","😀.*#[0-9a-f]{64}$/u);
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(500);
    expect(Buffer.from(key).toString()).toBe(key);
    expect(cacheKey('x'.repeat(198))).toBe(`"${'x'.repeat(198)}"`);
    expect(cacheKey('x'.repeat(199))).toHaveLength(165);
    expect(cacheKey('\uD800')).toBe('"\\ud800"');
    expect(cacheKey()).not.toBe('');
  });

  test('are refused where two different parts would have the same', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    class Hidden {
      readonly #state = 1;
      get state() {
        return this.#state;
      }
    }
    for (const part of [() => 1, Symbol('s'), cycle, new Hidden(), new WeakMap(), { [Symbol('s')]: 1 }]) {
      expect(() => cacheKey(part)).toThrow(TypeError);
    }
    const twice = { x: 1 };
    expect(() => cacheKey([twice, twice])).not.toThrow();
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reversed(item)] as const);
  return Object.fromEntries(entries.reverse());
}
