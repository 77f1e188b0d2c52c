import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { compose } from './compose.ts';
import type { CallContext, Policy, RunOptions, Task } from './policy.ts';

/** Writes down what it sees and hands its own context on. */
function spy(name: string, seen: unknown[]): Policy {
  return {
    name,
    async run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
      const context: CallContext & { readonly by: string } = {
        by: name,
        attempt: 7,
        deadline: options?.deadline,
        key: options?.key,
        get signal(): AbortSignal {
          throw new Error('the signal was read');
        },
      };
      seen.push([name, options, context]);
      return task(context);
    },
  };
}

const broken: Policy = {
  name: 'broken',
  run() {
    throw new Error('thrown synchronously');
  },
};

describe('a composition', () => {
  test('runs its policies outer to inner and gives back the very value', async () => {
    const seen: [string][] = [];
    const value = {};
    await expect(compose(spy('a', seen), spy('b', seen), spy('c', seen)).run(() => value)).resolves.toBe(value);
    expect(seen.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  });

  test('hands every context on as the next one’s options: the same object, its signal unread', async () => {
    const seen: [string, RunOptions, CallContext][] = [];
    const options = { key: 'k', deadline: 5 };
    let taskContext: CallContext | undefined;
    await compose(spy('a', seen), spy('b', seen), spy('c', seen)).run((context) => {
      taskContext = context;
    }, options);
    expect(seen[0]?.[1]).toBe(options);
    expect(seen[1]?.[1]).toBe(seen[0]?.[2]);
    expect(seen[2]?.[1]).toBe(seen[1]?.[2]);
    expect(taskContext).toBe(seen[2]?.[2]);
  });

  test('gives back the very error', async () => {
    const error = new Error('of the task');
    const failing = compose(spy('a', []), spy('b', [])).run(() => Promise.reject(error));
    await expect(failing).rejects.toBe(error);
  });

  test('is named after its policies', () => {
    expect(compose(spy('retry', []), spy('timeout', [])).name).toBe('retry > timeout');
    expect(compose().name).toBe('compose');
  });

  test('takes a composition among its policies apart', async () => {
    const seen: [string, RunOptions, CallContext][] = [];
    const inner = compose(spy('b', seen), compose(), spy('c', seen));
    const policy = compose(spy('a', seen), inner, spy('d', seen));
    expect(policy.name).toBe('a > b > c > d');
    await policy.run(() => 1);
    expect(seen.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(seen[3]?.[1]).toBe(seen[2]?.[2]);
  });

  test('may be used many times at once, and hold a policy twice', async () => {
    const seen: unknown[] = [];
    const twice = spy('twice', seen);
    const policy = compose(twice, twice);
    await expect(Promise.all([1, 2, 3].map((n) => policy.run(() => n)))).resolves.toEqual([1, 2, 3]);
    expect(seen).toHaveLength(6);
  });

  test.each<[string, Policy]>([
    ['outermost', compose(broken, spy('a', []))],
    ['innermost', compose(spy('a', []), broken)],
    ['alone', compose(broken)],
  ])('never throws synchronously, even when a policy does: %s', async (_where, policy) => {
    const result = policy.run(() => 1);
    await expect(result).rejects.toThrow('thrown synchronously');
  });

  test('rejects a task that is no function before any policy acts', async () => {
    const seen: unknown[] = [];
    await expect(compose(spy('a', seen)).run('task' as never)).rejects.toThrow(
      new TypeError('task must be a function, got string'),
    );
    expect(seen).toEqual([]);
  });

  test.each([[undefined], [null], [{ name: 'x' }], ['text']])('refuses %s among its policies', (wrong) => {
    expect(() => compose(spy('a', []), wrong as never)).toThrow(/^policy 2 of compose must have a run method, got/);
  });
});

describe('compose() without policies', () => {
  const through = compose();

  test.each<[string, Task<unknown>]>([
    ['a value', () => 5],
    ['a promise', async () => 5],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this row is about
    ['a thenable', () => ({ then: (done: (value: number) => void) => done(5) }) as PromiseLike<number>],
  ])('calls through and resolves with %s', async (_what, task) => {
    await expect(through.run(task)).resolves.toBe(5);
  });

  test('rejects with what the task throws', async () => {
    const error = new Error('thrown');
    const run = through.run(() => {
      throw error;
    });
    await expect(run).rejects.toBe(error);
  });

  test('tells the task of its call', async () => {
    const { signal } = new AbortController();
    const context = await through.run((given) => given, { key: 'k', deadline: 9, signal });
    expect(context).toMatchObject({ attempt: 1, key: 'k', deadline: 9, signal });
    const bare = await through.run((given) => given);
    expect(bare.signal.aborted).toBe(false);
    expect(bare.signal).toBe(bare.signal);
  });

  test('passes the context of an outer policy on as it is, its signal unread', async () => {
    const seen: [string, RunOptions, CallContext][] = [];
    const outer = spy('outer', seen);
    const context = await outer.run((given) => through.run((inner) => inner, given));
    expect(context).toBe(seen[0]?.[2]);
  });

  test('does not call the task when the signal has aborted already', async () => {
    const reason = new Error('gave up');
    let calls = 0;
    const run = through.run(() => calls++, { signal: AbortSignal.abort(reason) });
    await expect(run).rejects.toBe(reason);
    expect(calls).toBe(0);
  });

  test('settles at once when the signal aborts, and swallows the late rejection', async () => {
    const controller = new AbortController();
    let fail: (error: Error) => void = () => {};
    const run = through.run(() => new Promise((_resolve, reject) => (fail = reject)), { signal: controller.signal });
    controller.abort('enough');
    await expect(run).rejects.toBe('enough');
    fail(new Error('late'));
    await Promise.resolve();
  });

  test.each<[string, Task<unknown>]>([
    ['resolves', () => 1],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('leaves no listener on the signal when the task %s', async (_how, task) => {
    const { signal } = new AbortController();
    await through.run(task, { signal }).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
