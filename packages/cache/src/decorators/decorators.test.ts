import { ManualClock } from '@xc/core/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { Cached, cacheKey, createCache, Invalidates } from '../index.ts';

const cache = createCache();

interface User {
  readonly id: string;
  readonly name: string;
}

class Users {
  readonly own = createCache();
  loads = 0;
  name = 'Ada';

  @Cached<User>({ cache, tags: (user) => [`user:${user.id}`] })
  async byId(id: string): Promise<User> {
    this.loads++;
    return { id, name: this.name };
  }

  @Cached({ cache: (self: Users) => self.own, key: ([first]: string[]) => `own:${first}` })
  async mine(id: string, _verbose?: boolean): Promise<number> {
    this.loads++;
    return id.length;
  }

  @Cached({ cache })
  async #secret(id: string): Promise<string> {
    this.loads++;
    return id.toUpperCase();
  }

  secret(id: string): Promise<string> {
    return this.#secret(id);
  }

  static loads = 0;

  @Cached({ cache })
  static async count(): Promise<number> {
    Users.loads++;
    return 7;
  }

  @Invalidates({ cache, target: ([id]: string[]) => ({ tags: [`user:${id}`] }) })
  async rename(_id: string, name: string): Promise<string> {
    if (name === '') throw new Error('no name');
    this.name = name;
    return name;
  }

  @Invalidates({
    cache: (self: Users) => self.own,
    target: (_args, result: string[]) => result.map((key) => ({ key })),
  })
  async forget(...ids: string[]): Promise<string[]> {
    return ids.map((id) => `own:${id}`);
  }
}

describe('Cached', () => {
  test('runs the method once for the same arguments, with its this, and keeps its type', async () => {
    await cache.invalidate({ all: true });
    const users = new Users();
    await expect(users.byId('1')).resolves.toEqual({ id: '1', name: 'Ada' });
    await expect(users.byId('1')).resolves.toEqual({ id: '1', name: 'Ada' });
    await users.byId('2');
    expect(users.loads).toBe(2);
    expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<User>>();
  });

  test('names a call by class, method and arguments', async () => {
    class Cities {
      @Cached({ cache })
      async byName(name: string): Promise<string> {
        return name.toUpperCase();
      }

      @Cached({ cache })
      static async count(): Promise<number> {
        return 7;
      }
    }
    await new Cities().byName('Bern');
    expect(cache.peek(cacheKey('Cities', 'byName', 'Bern'))).toBe('BERN');
    await Cities.count();
    expect(cache.peek(cacheKey('Cities', 'count'))).toBe(7);
  });

  test('takes the cache of the instance and a key of its own', async () => {
    const users = new Users();
    await users.mine('abc');
    await users.mine('abc', true);
    expect(users.loads).toBe(1);
    expect(users.own.peek('own:abc')).toBe(3);
  });

  test('works on private and on static methods', async () => {
    await cache.invalidate({ all: true });
    const users = new Users();
    await expect(users.secret('a')).resolves.toBe('A');
    await users.secret('a');
    expect(users.loads).toBe(1);
    Users.loads = 0;
    await Promise.all([Users.count(), Users.count()]);
    expect(Users.loads).toBe(1);
  });

  test('keeps name and length', () => {
    expect(Users.prototype.byId.name).toBe('byId');
    expect(Users.prototype.byId).toHaveLength(1);
    expect(Users.prototype.rename).toHaveLength(2);
  });

  test('shares one call among those who ask at once, also where it rejects, and stores no rejection', async () => {
    let runs = 0;
    const failure = new Error('away');
    class Failing {
      @Cached({ cache: createCache({ clock: new ManualClock() }) })
      async go(): Promise<number> {
        if (++runs === 1) throw failure;
        return runs;
      }
    }
    const failing = new Failing();
    const [a, b] = await Promise.allSettled([failing.go(), failing.go()]);
    expect([a, b].map((one) => (one as PromiseRejectedResult).reason)).toEqual([failure, failure]);
    await expect(failing.go()).resolves.toBe(2);
  });

  test('rejects where the arguments have no key, and where the instance has no cache', async () => {
    class Odd {
      @Cached({ cache })
      async take(_fn: () => void): Promise<number> {
        return 1;
      }

      @Cached({ cache: () => undefined as never })
      async none(): Promise<number> {
        return 1;
      }
    }
    await expect(new Odd().take(() => {})).rejects.toThrow(TypeError);
    await expect(new Odd().none()).rejects.toThrow('cache must give a cache, got undefined');
  });

  test('refuses wrong options and a getter when the class is defined', () => {
    expect(() => Cached({ cache: {} as never })).toThrow(
      'cache must be a cache or a function that gives one, got object',
    );
    expect(() => Cached({ cache, ttlMs: 0 })).toThrow('ttlMs must be greater than 0 or Infinity, got 0');
    expect(() => Cached({ cache, ttl: 5 } as never)).toThrow(TypeError);
    expect(() => Cached({ cache, key: 'id' as never })).toThrow(TypeError);
    const onGetter = Cached({ cache }) as unknown as (...args: unknown[]) => unknown;
    expect(() => onGetter(() => 1, { kind: 'getter', name: 'size' })).toThrow(TypeError);
    expect(() => onGetter({}, 'size', { get: () => 1 })).toThrow(TypeError);
  });
});

describe('Invalidates', () => {
  test('makes go what was read, once the method has resolved', async () => {
    const users = new Users();
    await cache.invalidate({ all: true });
    await users.byId('1');
    await expect(users.rename('1', 'Grace')).resolves.toBe('Grace');
    await expect(users.byId('1')).resolves.toEqual({ id: '1', name: 'Grace' });
  });

  test('leaves all as it is when the method rejects', async () => {
    const users = new Users();
    await cache.invalidate({ all: true });
    await users.byId('1');
    await expect(users.rename('1', '')).rejects.toThrow('no name');
    await users.byId('1');
    expect(users.loads).toBe(1);
  });

  test('takes several targets, made of the result', async () => {
    const users = new Users();
    await users.mine('a');
    await users.mine('b');
    await users.forget('a', 'b');
    expect([users.own.peek('own:a'), users.own.peek('own:b')]).toEqual([undefined, undefined]);
  });

  test('also invalidates before the method where that is wanted, without a result', async () => {
    const seen: unknown[] = [];
    class Store {
      @Invalidates({
        cache,
        before: true,
        target: (_args, result: unknown) => {
          seen.push(result);
          return { key: 'stored' };
        },
      })
      async write(): Promise<unknown> {
        return cache.peek('stored') ?? 'gone before';
      }
    }
    await cache.set('stored', 1);
    await expect(new Store().write()).resolves.toBe('gone before');
    expect(seen).toEqual([undefined, 'gone before']);
  });

  test('refuses wrong options', () => {
    expect(() => Invalidates({ cache, target: { key: 'a' } as never })).toThrow(TypeError);
    expect(() => Invalidates({ cache: 1 as never, target: () => ({ all: true }) })).toThrow(TypeError);
    expect(() => Invalidates({ cache, target: () => ({ all: true }), before: 1 as never })).toThrow(TypeError);
    expect(() => Invalidates({ cache, target: () => ({ all: true }), after: true } as never)).toThrow(
      /^unknown option after of options/,
    );
    for (const nothing of [undefined, null, 5]) {
      expect(() => Invalidates(nothing as never)).toThrow(/^options must be an object/);
      expect(() => Cached(nothing as never)).toThrow(/^options must be an object/);
    }
  });
});

class Prices {
  @Cached({ cache })
  static async rate(): Promise<number> {
    return 1;
  }

  base = 100;

  @Cached({ cache })
  async price(_id: string): Promise<number> {
    return this.base;
  }

  @Cached({ cache })
  async name(): Promise<string> {
    return this.constructor.name;
  }
}

class SalePrices extends Prices {
  @Cached({ cache })
  static override async rate(): Promise<number> {
    return (await super.rate()) / 2;
  }

  @Cached({ cache })
  override async price(id: string): Promise<number> {
    return (await super.price(id)) / 2;
  }

  fullPrice(id: string): Promise<number> {
    return super.price(id);
  }
}

test('a method and the one that it overrides are two, of one class', async () => {
  const sale = new SalePrices();
  expect([await sale.price('1'), await sale.fullPrice('1'), await sale.price('1')]).toEqual([50, 100, 50]);
  expect([await sale.fullPrice('2'), await sale.price('2')]).toEqual([100, 50]);
  expect([await SalePrices.rate(), await Prices.rate()]).toEqual([0.5, 1]);
  expect(await cache.has(cacheKey('SalePrices', 'price', '1'))).toBe(true);
  expect(await cache.has(cacheKey('SalePrices', 'super.price', '1'))).toBe(true);
});

test('a method that is inherited is one for each class that has it', async () => {
  expect([await new Prices().name(), await new SalePrices().name()]).toEqual(['Prices', 'SalePrices']);
});
