import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createQueue } from './create-queue.ts';

test('runs what was added and tells the result', async () => {
  const clock = new ManualClock();
  await using queue = createQueue<{ double: { in: number; out: number } }>('main', { clock });
  const ref = await queue.add('double', 21);
  expect(ref.outcome).toBe('added');
  queue.work({ double: (job) => job.data * 2 });
  await expect(ref.result()).resolves.toBe(42);
});
