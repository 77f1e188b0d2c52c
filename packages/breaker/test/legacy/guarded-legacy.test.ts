import 'reflect-metadata';
import type { Policy, RunOptions, Task } from '@xc/core';
import { expect, expectTypeOf, test } from 'vitest';
import { Guarded, retry } from '../../src/index.ts';

const seen: (RunOptions | undefined)[] = [];
const policy: Policy = {
  name: 'recording',
  async run<T>(task: Task<T>, options?: RunOptions) {
    seen.push(options);
    return task({ signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined });
  },
};

function Route(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };
}

class Users {
  readonly names = new Map([['1', 'Ada']]);

  @Guarded(policy, { key: (id: string) => id })
  @Route('/users/:id')
  async byId(id: string): Promise<string | undefined> {
    return this.names.get(id);
  }

  @Guarded((self) => (self as Users).own)
  static async count(): Promise<number> {
    return 7;
  }

  readonly own = retry();

  // @ts-expect-error a method that is not async would become so
  @Guarded(policy)
  sync(): number {
    return 1;
  }
}

test('guards the methods of a legacy class, and keeps their signature and metadata', async () => {
  await expect(new Users().byId('1')).resolves.toBe('Ada');
  expect(seen).toEqual([{ key: '1' }]);
  expect(Reflect.getMetadata('path', Users.prototype.byId)).toBe('/users/:id');
  expect(Users.prototype.byId.name).toBe('byId');
  expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<string | undefined>>();
});

test('rejects when the policy of the instance is none', async () => {
  await expect(Users.count()).rejects.toThrow(TypeError);
});
