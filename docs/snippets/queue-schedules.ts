import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createQueue, memoryEngine } from '@xc/queue';

const clock = new ManualClock(Date.parse('2026-05-04T05:30:00Z')); // in an application: leave it out
const queue = createQueue<{ report: { in: { to: string } } }>('main', {
  clock,
  engine: memoryEngine({ clock }),
});

// The same name again replaces it: call it at every start of the program.
await queue.schedule(
  'morning report',
  { cron: '0 8 * * 1-5', tz: 'Europe/Berlin' },
  'report',
  { to: 'board@example.com' },
  { missed: 'once', jitterMs: 0 },
);

const slots: (number | undefined)[] = [];
const handlers = {
  report: (job: { scheduledFor: number | undefined }) => {
    slots.push(job.scheduledFor);
  },
};

const worker = queue.work(handlers);
await clock.advance(3_600_000);
assert.deepEqual(slots, [Date.parse('2026-05-04T06:00:00Z')]);
await worker.stop();

// Everything is down for two days: `once` makes up for the newest.
await clock.advance(2 * 86_400_000);
queue.work(handlers);
await clock.advance(1_000);
assert.deepEqual(slots.slice(1), [Date.parse('2026-05-06T06:00:00Z')]);
await queue.close();
