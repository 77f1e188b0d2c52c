import 'reflect-metadata';
import { describe, expect, test } from 'vitest';
import { type AnyMethod, methodDecorator } from './method-decorator.ts';

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

const symbol = Symbol('by symbol');

class Cities {
  readonly prefix = 'city';

  @Noted
  byId(id: number, suffix = '!'): string {
    return `${this.prefix} ${id}${suffix}`;
  }

  @Noted
  static count(upTo: number): number {
    return upTo + 1;
  }

  @Noted
  #secret(depth: number): string {
    return `${this.prefix} secret ${depth}`;
  }

  @Noted
  static async #hidden(): Promise<string> {
    return 'hidden';
  }

  @Noted
  [symbol](): string {
    return 'symbolic';
  }

  secret(): string {
    return this.#secret(3);
  }

  static hidden(): Promise<string> {
    return Cities.#hidden();
  }
}

describe('a decorated TC39 method', () => {
  test('is called with its this and arguments, and gives back what it gave', () => {
    const cities = new Cities();
    expect(noted(() => expect(cities.byId(7)).toBe('city 7!'))).toEqual([['byId', cities, [7]]]);
  });

  test('may be static', () => {
    expect(noted(() => expect(Cities.count(1)).toBe(2))).toEqual([['count', Cities, [1]]]);
  });

  test('may be private, static or not', async () => {
    const cities = new Cities();
    expect(noted(() => expect(cities.secret()).toBe('city secret 3'))).toEqual([['#secret', cities, [3]]]);
    await expect(Cities.hidden()).resolves.toBe('hidden');
    expect(calls.at(-1)).toEqual(['#hidden', Cities, []]);
  });

  test('may be named by a symbol', () => {
    const cities = new Cities();
    expect(noted(() => cities[symbol]())).toEqual([['[by symbol]', cities, []]]);
  });

  test('keeps its name and length', () => {
    expect([Cities.prototype.byId.name, Cities.prototype.byId.length]).toEqual(['byId', 1]);
    expect([Cities.count.name, Cities.count.length]).toEqual(['count', 1]);
    expect(Object.keys(new Cities())).toEqual(['prefix']);
  });

  test('is wrapped once a class, in subclasses too', () => {
    class Towns extends Cities {
      override byId(id: number): string {
        return `${super.byId(id, '?')}, a town`;
      }
    }
    expect(noted(() => expect(new Towns().byId(1)).toBe('city 1?, a town'))).toHaveLength(1);
  });

  test('takes two decorators, the lower one inside', () => {
    const order: string[] = [];
    const say = (who: string) =>
      methodDecorator(<M extends AnyMethod>(method: M) => {
        return function (this: unknown, ...args: unknown[]) {
          order.push(who);
          return Reflect.apply(method, this as never, args as never[]);
        } as unknown as M;
      });
    class Twice {
      @say('upper')
      @say('lower')
      run(): void {}
    }
    new Twice().run();
    expect(order).toEqual(['upper', 'lower']);
  });
});

describe('what decorators below have left on the method', () => {
  const mark = Symbol('mark');
  const Marked = methodDecorator((method) => Object.assign(method, { [mark]: 'marked', shown: 1 }));
  const Tagged = methodDecorator((method) => {
    Reflect.defineMetadata('roles', ['admin'], method);
    Reflect.defineMetadata('path', '/', method);
    return method;
  });

  class Marks {
    @Noted
    @Marked
    @Tagged
    method(): void {}
  }

  test('goes over to what takes its place: own properties and metadata', () => {
    const { method } = Marks.prototype;
    expect({ ...method }).toEqual({ [mark]: 'marked', shown: 1 });
    expect(Reflect.getOwnMetadataKeys(method).sort()).toEqual(['path', 'roles']);
    expect(Reflect.getMetadata('roles', method)).toEqual(['admin']);
  });

  test('gives way to what the wrapping function has of its own', () => {
    const Own = methodDecorator(<M extends AnyMethod>(_method: M) => {
      const wrapped = Object.assign(() => {}, { [mark]: 'own' });
      Reflect.defineMetadata('path', '/own', wrapped);
      return wrapped as unknown as M;
    });
    class Owner {
      @Own
      @Marked
      @Tagged
      method(_a: string, _b: string): void {}
    }
    const { method } = Owner.prototype;
    expect({ ...method }).toEqual({ [mark]: 'own', shown: 1 });
    expect([method.name, method.length]).toEqual(['method', 2]);
    expect(Reflect.getMetadata('path', method)).toBe('/own');
    expect(Reflect.getMetadata('roles', method)).toEqual(['admin']);
  });
});

describe('a place that is not a method', () => {
  const misplaced = Noted as unknown as (...args: unknown[]) => never;

  test.each<[string, () => unknown]>([
    [
      'the field name',
      () =>
        class {
          @misplaced name = 1;
        },
    ],
    [
      'the getter name',
      () =>
        class {
          @misplaced get name() {
            return 1;
          }
        },
    ],
    [
      'the setter name',
      () =>
        class {
          @misplaced set name(_value: number) {}
        },
    ],
    [
      'the accessor name',
      () =>
        class {
          @misplaced accessor name = 1;
        },
    ],
    [
      'the class Named',
      () => {
        @misplaced
        class Named {}
        return Named;
      },
    ],
  ])('is refused by name: %s', (place, define) => {
    expect(define).toThrow(new TypeError(`a method decorator belongs on a method, not on ${place}`));
  });
});

test('refuses a wrap that is no function, or returns none', () => {
  expect(() => methodDecorator(undefined as never)).toThrow(new TypeError('wrap must be a function, got undefined'));
  const Forgetful = methodDecorator((() => undefined) as never);
  const define = () =>
    class {
      @Forgetful method() {}
    };
  expect(define).toThrow(new TypeError('wrap must return a function, got undefined'));
});
