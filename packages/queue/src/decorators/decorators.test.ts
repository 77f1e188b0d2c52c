import { type AnyMethod, methodDecorator } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import type { Job } from '../job/job.ts';
import type { JobRef } from '../job/job-ref.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import { Enqueues } from './enqueues.ts';
import { handlersOf } from './handlers-of.ts';
import { Handles } from './handles.ts';

const clock = new ManualClock();

test('collects marked methods along the prototype chain, bound, the override of a base included', async () => {
  class Base {
    readonly greeting = 'hello';

    @Handles('greet')
    greet(job: Job<string>): string {
      return `${this.greeting} ${job.data}`;
    }

    @Handles('shout')
    @Handles('yell')
    loud(job: Job<string>): string {
      return job.data.toUpperCase();
    }

    plain(): string {
      return 'not a handler';
    }
  }

  class Derived extends Base {
    override greet(job: Job<string>): string {
      return `${super.greet(job)}!`;
    }

    @Handles('__proto__')
    odd(): string {
      return 'odd';
    }
  }

  const handlers = handlersOf(new Derived());
  expect(Object.keys(handlers).sort()).toEqual(['__proto__', 'greet', 'shout', 'yell']);
  await using queue = createQueue('main', { clock });
  const refs = await Promise.all(Object.keys(handlers).map((type) => queue.add(type, 'ada')));
  await queue.work(handlers).idle();
  const results = await Promise.all(refs.map((ref) => ref.result()));
  expect(new Set(results)).toEqual(new Set(['hello ada!', 'ADA', 'odd']));
});

test('makes jobs of calls, and runs the body with the data where the instance is worked', async () => {
  await using queue = createQueue('main', { clock });
  const sent: unknown[] = [];

  class Mailer {
    readonly from = 'shop';

    @Enqueues(queue, 'mail.send', { lane: 'high' })
    async send(mail: { to: string }): Promise<unknown> {
      sent.push([this.from, mail]);
      return `sent to ${mail.to}`;
    }
  }

  const mailer = new Mailer();
  const ref = (await mailer.send({ to: 'ada' })) as JobRef<string>;
  expect(sent).toEqual([]);
  expect(Mailer.prototype.send.name).toBe('send');
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ type: 'mail.send', lane: 'high', data: { to: 'ada' } });
  queue.work(handlersOf(mailer));
  await expect(ref.result()).resolves.toBe('sent to ada');
  expect(sent).toEqual([['shop', { to: 'ada' }]]);
});

test('finds marks through other decorators, and on static methods', () => {
  const Through = methodDecorator(<M extends AnyMethod>(method: M) => {
    return function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(method, this as never, args as never);
    } as unknown as M;
  });

  class Jobs {
    @Through
    @Handles('a')
    a(): number {
      return 1;
    }

    @Handles('s')
    static s(): number {
      return 2;
    }
  }

  expect(Object.keys(handlersOf(new Jobs()))).toEqual(['a']);
  expect(Object.keys(handlersOf(Jobs))).toEqual(['s']);
});

test('finds marks that another copy of the package has made', () => {
  const foreign = Object.assign(() => 7, {
    [Symbol.for('@xc/queue/handler-mark')]: { types: ['foreign'] },
  });
  expect(Object.keys(handlersOf({ foreign }))).toEqual(['foreign']);
});

test('refuses what could never be found or is not clear', () => {
  expect(() => Handles('')).toThrow(RangeError);
  expect(() => Handles(7 as never)).toThrow(TypeError);
  expect(() => Enqueues({} as never, 'a')).toThrow(TypeError);
  expect(() => handlersOf(7 as never)).toThrow(TypeError);
  expect(() => {
    class Hidden {
      @Handles('a')
      #secret(): void {}

      tell(): void {
        this.#secret();
      }
    }
    return Hidden;
  }).toThrow('Handles must be on a method that can be reached, got #secret');

  class Twice {
    @Handles('a')
    one(): void {}

    @Handles('a')
    two(): void {}
  }
  expect(() => handlersOf(new Twice())).toThrow("'a' must be handled by one method");
  const queue = createQueue<AnyJobs>('none', { clock });
  expect(() => queue.work(handlersOf({}))).toThrow(RangeError);
});
