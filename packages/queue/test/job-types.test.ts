import { batch, createQueue, type Job, type JobRef, type JobTypes, type Queue } from '@xc/queue';
import { expect, expectTypeOf, test } from 'vitest';

interface Mail {
  readonly to: string;
}

type Shop = { 'mail.send': { in: Mail; out: string }; 'stock.count': { in: number } };

const shop = (): Queue<Shop> => createQueue<Shop>('shop');

test('knows the data and the result of each type', async () => {
  await using queue = shop();
  const ref = await queue.add('mail.send', { to: 'ada' });
  expectTypeOf(ref).toEqualTypeOf<JobRef<string>>();
  expectTypeOf(ref.result()).toEqualTypeOf<Promise<string>>();
  queue.work({
    'mail.send': async (job) => {
      expectTypeOf(job).toEqualTypeOf<Job<Mail>>();
      return `sent to ${job.data.to}`;
    },
    'stock.count': batch((jobs) => {
      expectTypeOf(jobs).toEqualTypeOf<readonly Job<number>[]>();
    }),
  });
  await expect(ref.result()).resolves.toBe('sent to ada');
});

test('tells types apart in one function for all', async () => {
  await using queue = shop();
  const seen: string[] = [];
  const worker = queue.work((job) => {
    if (job.type === 'mail.send') seen.push(job.data.to);
    else seen.push(job.data.toFixed(1));
  });
  await queue.add('stock.count', 7);
  await worker.idle();
  expect(seen).toEqual(['7.0']);
});

test('does not compile with a wrong type name, wrong data, or a wrong result', async () => {
  await using queue = shop();
  const wrong = [
    // @ts-expect-error there is no such type
    queue.add('mail.sent', { to: 'ada' }),
    // @ts-expect-error the data of another type
    queue.add('mail.send', 7),
    // @ts-expect-error no data at all
    queue.add('stock.count'),
    // @ts-expect-error there is no such type to schedule
    queue.schedule('daily', { cron: '@daily' }, 'mail.sent', { to: 'ada' }),
    // @ts-expect-error an id of a schedule's job is not the caller's
    queue.schedule('daily', { cron: '@daily' }, 'stock.count', 7, { id: 'x' }),
    // @ts-expect-error no such option
    queue.add('stock.count', 7, { delay: 5 }),
    // @ts-expect-error a node of an unknown type
    queue.flow([{ name: 'a', type: 'mail.sent', data: 1 }]),
  ];
  await Promise.allSettled(wrong);
  expect(() =>
    queue.work({
      // @ts-expect-error a result of the wrong type
      'mail.send': async () => 7,
    }),
  ).not.toThrow();
  expect(() =>
    queue.work({
      // @ts-expect-error a handler of a type that does not exist
      'mail.sent': async () => {},
    }),
  ).not.toThrow();
});

test('takes any type where none is told', async () => {
  await using queue = createQueue('any');
  const ref = await queue.add('whatever', { deep: [1] });
  await queue.work((job) => job.data.deep[0]).idle();
  await expect(ref.result()).resolves.toBe(1);
  expectTypeOf<Shop>().toExtend<JobTypes>();
});
