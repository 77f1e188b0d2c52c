import { runInContext } from '@xc/core/context';
import { expect, expectTypeOf, test } from 'vitest';
import { rejected, scriptedLimiter } from '../../test/scripted-limiter.ts';
import { RateLimited, type RateLimitedOptions } from './rate-limited.ts';

function reportsWith(options?: RateLimitedOptions<string>, ...answers: (typeof rejected)[]) {
  const { limiter, asked } = scriptedLimiter<string>(...answers);
  class Reports {
    readonly built: unknown[][] = [];

    @RateLimited(limiter, options)
    async build(...args: unknown[]): Promise<number> {
      return this.built.push(args);
    }
  }
  return { reports: new Reports(), asked, Reports };
}

test('counts a call by its first argument when that is a string', async () => {
  const { reports, asked } = reportsWith();
  await expect(reports.build('ada', 7)).resolves.toBe(1);
  expect([asked, reports.built]).toEqual([[['take', 'ada', undefined]], [['ada', 7]]]);
});

test('counts it by the subject of the context when it is not', async () => {
  const { reports, asked } = reportsWith();
  await runInContext({ correlationId: 'c', subject: 'grace' }, () => reports.build(7));
  expect(asked).toEqual([['take', 'grace', undefined]]);
});

test('rejects a call that has neither', async () => {
  const { reports, asked } = reportsWith();
  await expect(reports.build(7)).rejects.toThrow(TypeError);
  await expect(runInContext({ correlationId: 'c' }, () => reports.build())).rejects.toThrow(TypeError);
  expect([asked, reports.built]).toEqual([[], []]);
});

test('asks its options for subject and cost', async () => {
  let self: unknown;
  const { reports, asked } = reportsWith({
    subject: ([first], instance) => {
      self = instance;
      return `tenant:${String(first)}`;
    },
    cost: ([, pages]) => pages as number,
  });
  await reports.build('ada', 7);
  expect(asked).toEqual([['take', 'tenant:ada', { cost: 7 }]]);
  expect(self).toBe(reports);
});

test('rejects a call that is refused, and does not make it', async () => {
  const { reports } = reportsWith({}, rejected);
  await expect(reports.build('ada')).rejects.toMatchObject({ code: 'XC_RATELIMIT_REJECTED', decision: rejected });
  expect(reports.built).toEqual([]);
});

test('waits in line when it is told to', async () => {
  const { reports, asked } = reportsWith({ wait: true, maxWaitMs: 500, cost: () => 2 });
  await reports.build('ada');
  expect(asked).toEqual([['wait', 'ada', { maxWaitMs: 500, cost: 2 }]]);
});

test('leaves the method its name, its length and its signature, and fits only methods that return promises', () => {
  const { limiter } = scriptedLimiter();
  class Users {
    @RateLimited(limiter)
    async byId(id: string): Promise<string> {
      return id;
    }

    // @ts-expect-error a method that is not async would become so
    @RateLimited(limiter)
    sync(): number {
      return 1;
    }
  }
  expect([Users.prototype.byId.name, Users.prototype.byId.length]).toEqual(['byId', 1]);
  expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<string>>();
});

test('refuses what is no limiter', () => {
  expect(() => RateLimited(undefined as never)).toThrow(TypeError);
});

test('refuses a wait that cannot be', () => {
  const { limiter } = scriptedLimiter();
  expect(() => RateLimited(limiter, { wait: true, maxWaitMs: '1m' as never })).toThrow(RangeError);
  expect(() => RateLimited(limiter, { maxWaitMs: -1 })).toThrow(/^maxWaitMs must be /);
});
