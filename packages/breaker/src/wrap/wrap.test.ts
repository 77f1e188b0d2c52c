import type { Policy, RunOptions, Task } from '@xc/core';
import { expect, test } from 'vitest';
import { retry } from '../retry/retry.ts';
import { wrap } from './wrap.ts';

function recording(seen: (RunOptions | undefined)[]): Policy {
  return {
    name: 'recording',
    async run<T>(task: Task<T>, options?: RunOptions) {
      seen.push(options);
      return task({ signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined });
    },
  };
}

test('calls the function with the same arguments and the same this, and gives back what it gives', async () => {
  const service = {
    factor: 3,
    times: wrap(retry(), function (this: { factor: number }, value: number) {
      return this.factor * value;
    } as (value: number) => number),
  };
  await expect(service.times(14)).resolves.toBe(42);
});

test('tells the policy what the options take from the arguments', async () => {
  const seen: (RunOptions | undefined)[] = [];
  const { signal } = new AbortController();
  const load = wrap(recording(seen), async (id: string, weight: number, _signal?: AbortSignal) => `${id}${weight}`, {
    key: (id) => id,
    signal: (_id, _weight, given) => given,
    priority: (_id, weight) => weight,
    idempotent: true,
  });
  await expect(load('a', 2, signal)).resolves.toBe('a2');
  await load('b', 0);
  expect(seen).toEqual([
    { key: 'a', signal, priority: 2, idempotent: true },
    { key: 'b', priority: 0, idempotent: true },
  ]);
});

test('passes no options when there are none', async () => {
  const seen: (RunOptions | undefined)[] = [];
  await wrap(recording(seen), () => 1)();
  expect(seen).toEqual([undefined]);
});

test('rejects with what an option throws, and never throws itself', async () => {
  const error = new Error('no key');
  const load = wrap(retry(), () => 1, {
    key: () => {
      throw error;
    },
  });
  await expect(load()).rejects.toBe(error);
});

test('refuses what it cannot use', () => {
  expect(() => wrap({} as Policy, () => 1)).toThrow(TypeError);
  expect(() => wrap(retry(), 5 as never)).toThrow('fn must be a function, got 5');
  expect(() => wrap(retry(), () => 1, { kee: () => 'a' } as never)).toThrow('unknown option kee');
  expect(() => wrap(retry(), () => 1, { key: 'a' as never })).toThrow("key must be a function, got 'a'");
  expect(() => wrap(retry(), () => 1, { idempotent: 1 as never })).toThrow('idempotent must be true or false, got 1');
});
