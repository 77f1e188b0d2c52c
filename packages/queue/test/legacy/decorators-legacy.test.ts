import 'reflect-metadata';
import { createQueue, Enqueues, Handles, handlersOf, type Job, type JobRef } from '@xc/queue';
import { expect, test } from 'vitest';

test('marks methods of legacy classes and keeps their metadata', async () => {
  await using queue = createQueue('main');

  class Reports {
    readonly made: unknown[] = [];

    @Handles('report.make')
    @Reflect.metadata('role', 'maker')
    async make(job: Job<{ month: string }>): Promise<string> {
      return job.data.month;
    }

    @Enqueues(queue, 'report.mail')
    async mail(month: string): Promise<unknown> {
      this.made.push(month);
      return `mailed ${month}`;
    }
  }

  const reports = new Reports();
  expect(Reflect.getMetadata('role', reports, 'make')).toBe('maker');
  queue.work(handlersOf(reports));
  const made = await queue.add('report.make', { month: 'May' });
  const mailed = (await reports.mail('June')) as JobRef<string>;
  await expect(made.result()).resolves.toBe('May');
  await expect(mailed.result()).resolves.toBe('mailed June');
  expect(reports.made).toEqual(['June']);
});
