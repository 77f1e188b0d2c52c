import 'reflect-metadata';
import { type AnyMethod, methodDecorator } from '@xc/core';
import { describe, expect, test } from 'vitest';

const calls: unknown[] = [];

/** Notes name, `this` and arguments, then calls through. */
const Noted = methodDecorator(<M extends AnyMethod>(method: M, name: string) => {
  return function (this: unknown, ...args: unknown[]) {
    calls.push([name, this, args]);
    return Reflect.apply(method, this as never, args as never[]);
  } as unknown as M;
});

function noted(fn: () => unknown): unknown[] {
  calls.length = 0;
  fn();
  return calls;
}

/** As frameworks do it: metadata on the function itself. */
const OnFunction =
  (key: string, value: unknown) =>
  (_target: object, _name: string | symbol, descriptor: PropertyDescriptor): void =>
    Reflect.defineMetadata(key, value, descriptor.value);

/** As others do it: metadata on the class and its property key. */
const OnKey =
  (key: string, value: unknown) =>
  (target: object, name: string | symbol): void =>
    Reflect.defineMetadata(key, value, target, name);

const symbol = Symbol('by symbol');

class Cities {
  readonly prefix = 'city';

  @OnFunction('above', 1)
  @OnKey('key above', 2)
  @Noted
  @OnFunction('below', 3)
  @OnKey('key below', 4)
  byId(id: number, suffix = '!'): string {
    return `${this.prefix} ${id}${suffix}`;
  }

  @Noted
  static count(upTo: number): number {
    return upTo + 1;
  }

  @Noted
  [symbol](): string {
    return 'symbolic';
  }
}

describe('a decorated legacy method', () => {
  test('is called with its this and arguments, and gives back what it gave', () => {
    const cities = new Cities();
    expect(noted(() => expect(cities.byId(7)).toBe('city 7!'))).toEqual([['byId', cities, [7]]]);
  });

  test('may be static, or named by a symbol', () => {
    expect(noted(() => expect(Cities.count(1)).toBe(2))).toEqual([['count', Cities, [1]]]);
    const cities = new Cities();
    expect(noted(() => cities[symbol]())).toEqual([['[by symbol]', cities, []]]);
  });

  test('keeps its name and length, and stays as hidden as methods are', () => {
    expect([Cities.prototype.byId.name, Cities.prototype.byId.length]).toEqual(['byId', 1]);
    const descriptor = Object.getOwnPropertyDescriptor(Cities.prototype, 'byId');
    expect(descriptor).toMatchObject({ enumerable: false, configurable: true, writable: true });
  });

  test('keeps metadata of the function and of the key, from decorators above and below', () => {
    const { byId } = Cities.prototype;
    expect(['above', 'below'].map((key) => Reflect.getMetadata(key, byId))).toEqual([1, 3]);
    expect(['key above', 'key below'].map((key) => Reflect.getMetadata(key, Cities.prototype, 'byId'))).toEqual([2, 4]);
  });

  test('takes the place of the method for callers that ignore what a decorator returns', () => {
    const plain = { run: () => 'ran' };
    const descriptor = { value: plain.run, writable: true, enumerable: false, configurable: true };
    const returned = Noted(plain, 'run', descriptor);
    expect(returned).toBe(descriptor);
    expect(noted(() => descriptor.value())).toEqual([['run', descriptor, []]]);
  });
});

describe('a place that is not a method', () => {
  const misplaced = Noted as unknown as (...args: unknown[]) => never;

  test.each<[string, () => unknown]>([
    [
      'the field name',
      () => {
        class Holder {
          @misplaced name = 1;
        }
        return Holder;
      },
    ],
    [
      'the accessor name',
      () => {
        class Holder {
          @misplaced get name() {
            return 1;
          }
        }
        return Holder;
      },
    ],
    [
      'parameter 0 of method',
      () => {
        class Holder {
          method(@misplaced _one: string) {}
        }
        return Holder;
      },
    ],
    [
      'parameter 1 of constructor',
      () => {
        class Holder {
          readonly both: string;
          constructor(one: string, @misplaced two: string) {
            this.both = one + two;
          }
        }
        return Holder;
      },
    ],
    [
      'a class',
      () => {
        @misplaced
        class Holder {}
        return Holder;
      },
    ],
  ])('is refused by name: %s', (place, define) => {
    expect(define).toThrow(new TypeError(`a method decorator belongs on a method, not on ${place}`));
  });
});
