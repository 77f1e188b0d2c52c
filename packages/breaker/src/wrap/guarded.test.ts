import type { Policy, RunOptions, Task } from '@xc/core';
import { expect, expectTypeOf, test } from 'vitest';
import { retry } from '../retry/retry.ts';
import { Guarded } from './guarded.ts';

function recording(seen: (RunOptions | undefined)[]): Policy {
  return {
    name: 'recording',
    async run<T>(task: Task<T>, options?: RunOptions) {
      seen.push(options);
      return task({ signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined });
    },
  };
}

test('runs every call of a method inside the policy', async () => {
  const seen: (RunOptions | undefined)[] = [];

  class Users {
    readonly #names = new Map([['1', 'Ada']]);

    @Guarded(recording(seen), { key: (id: string) => id, idempotent: true })
    async byId(id: string): Promise<string | undefined> {
      return this.#names.get(id);
    }
  }

  await expect(new Users().byId('1')).resolves.toBe('Ada');
  expect(seen).toEqual([{ key: '1', idempotent: true }]);
  expect(Users.prototype.byId.name).toBe('byId');
  expect(Users.prototype.byId).toHaveLength(1);
  expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<string | undefined>>();
});

test('asks for the policy of the instance on every call', async () => {
  const seen: (RunOptions | undefined)[] = [];

  class Users {
    policy: Policy = retry();

    @Guarded((self) => (self as Users).policy)
    async all(limit: number): Promise<number> {
      return limit;
    }
  }

  const users = new Users();
  await expect(users.all(1)).resolves.toBe(1);
  users.policy = recording(seen);
  await expect(users.all(2)).resolves.toBe(2);
  expect(seen).toEqual([undefined]);
  users.policy = {} as Policy;
  await expect(users.all(3)).rejects.toThrow('policy must be a policy with a run method, got an object');
});

test('fits on static and private methods', async () => {
  const policy = retry();

  class Users {
    @Guarded(policy)
    static async count(): Promise<number> {
      return 7;
    }

    @Guarded(policy)
    async #secret(): Promise<string> {
      return 'secret';
    }

    tell(): Promise<string> {
      return this.#secret();
    }
  }

  await expect(Users.count()).resolves.toBe(7);
  await expect(new Users().tell()).resolves.toBe('secret');
});

test('refuses what it cannot use', () => {
  expect(() => Guarded({} as Policy)).toThrow('policy must be a policy or a function that gives one, got an object');
  expect(() => Guarded(retry(), { idempotent: 'yes' as never })).toThrow(TypeError);
});

test('does not compile on what it does not fit', () => {
  const policy = retry();

  class Wrong {
    // @ts-expect-error a method that is not async would become so
    @Guarded(policy)
    sync(): number {
      return 1;
    }

    // @ts-expect-error the key takes another parameter than the method
    @Guarded(policy, { key: (id: number) => String(id) })
    async byId(_id: string): Promise<void> {}
  }

  expect(new Wrong()).toBeDefined();
  // @ts-expect-error an option that does not exist
  expect(() => Guarded(policy, { kee: () => 'a' })).toThrow('unknown option kee');
});
