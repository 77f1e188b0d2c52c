import assert from 'node:assert/strict';
import { createQueue } from '@xc/queue';

const queue = createQueue('mails', {
  lanes: { transactional: 8, marketing: 1 }, // shares of the work while both have some
  defaultLane: 'marketing',
  perKey: { concurrency: 1 }, // jobs of one key never overlap, in all processes
  concurrency: 50, // leases of the whole queue, in all processes
});

const running = new Map<string, number>();
const started: string[] = [];
queue.work(
  async (job) => {
    const key = job.key ?? '';
    started.push(job.id);
    running.set(key, (running.get(key) ?? 0) + 1);
    assert.equal(running.get(key), 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running.set(key, (running.get(key) ?? 0) - 1);
  },
  { concurrency: 20 },
);

const jobs = ['1', '2', '3'].flatMap((n) =>
  ['ada', 'bob'].map((key) => ({
    type: 'mail',
    data: n,
    options: { id: `${key}-${n}`, key },
  })),
);
const refs = await queue.addMany(jobs);
await Promise.all(refs.map((ref) => 'result' in ref && ref.result()));

// Within a key in the order in which they were added, and keys take turns.
assert.deepEqual(
  started.filter((id) => id.startsWith('ada')),
  ['ada-1', 'ada-2', 'ada-3'],
);

// For every process at once, while they run; null lifts a limit.
await queue.limit({ rate: { max: 100, perMs: 1_000, burst: 10 } });
await queue.limit({ rate: null });
await queue.close();
