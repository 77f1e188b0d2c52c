import 'reflect-metadata';
import { expect, expectTypeOf, test } from 'vitest';
import { Cached, createCache, Invalidates } from '../../src/index.ts';

const cache = createCache();

function Route(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };
}

class Users {
  static loads = 0;
  readonly names = new Map([['1', 'Ada']]);

  @Cached({ cache, tags: ['users'] })
  @Route('/users/:id')
  async byId(id: string): Promise<string | undefined> {
    Users.loads++;
    return this.names.get(id);
  }

  @Invalidates({ cache, target: () => ({ tags: ['users'] }) })
  async rename(id: string, name: string): Promise<void> {
    this.names.set(id, name);
  }

  @Cached({ cache, tags: ['users'] })
  static async count(): Promise<number> {
    return ++Users.loads;
  }

  // @ts-expect-error a method that is not async would become so
  @Cached({ cache })
  sync(): number {
    return 1;
  }
}

test('caches and invalidates in a legacy class, and keeps this, signature, name and metadata', async () => {
  const users = new Users();
  await expect(users.byId('1')).resolves.toBe('Ada');
  await expect(users.byId('1')).resolves.toBe('Ada');
  expect(Users.loads).toBe(1);
  await users.rename('1', 'Grace');
  await expect(users.byId('1')).resolves.toBe('Grace');
  expect(Reflect.getMetadata('path', Users.prototype.byId)).toBe('/users/:id');
  expect(Users.prototype.byId.name).toBe('byId');
  expect(Users.prototype.rename).toHaveLength(2);
  expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<string | undefined>>();
});

test('caches a static method of a legacy class', async () => {
  expect(await Users.count()).toBe(await Users.count());
});

test('refuses a getter of a legacy class when the class is defined', () => {
  const onGetter = Cached({ cache }) as unknown as MethodDecorator;
  expect(() => {
    class Broken {
      @onGetter
      get size(): number {
        return 1;
      }
    }
    return Broken;
  }).toThrow(TypeError);
});
