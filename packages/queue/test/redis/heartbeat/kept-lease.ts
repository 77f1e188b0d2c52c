import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import { expect } from 'vitest';
import { redisEngine } from '../../../src/redis/index.ts';
import { entryOf } from '../../../src/testing/contract/engine-rig.ts';

const LEASE_MS = 900;
const policy = {
  lanes: ['normal'],
  maxLostLeases: 3,
  ...{ maxWaiting: undefined, keep: undefined, perKey: undefined, concurrency: undefined, rate: undefined },
};

/** Holds a lease over this client while the event loop of the test stands still for longer than it lasts. */
export async function keepsLeaseWhileBlocked(client: RedisClient): Promise<void> {
  const queue = redisEngine(client, { prefix: `beat${randomUUID().slice(0, 8)}`, deadlineMs: 20_000 }).open(
    'q',
    policy,
  );
  const request = { worker: 'w', leaseMs: LEASE_MS, settles: [], progress: [], renewals: [], schedules: false };
  await queue.add({ request: randomUUID(), entries: [entryOf({})] });
  const heartbeat = queue.heartbeat?.({ leaseMs: LEASE_MS, maxBlockMs: 60_000 });
  const lanes = [{ lane: 'normal', quota: 1, ahead: 0 }];
  const { jobs } = await queue.step({ ...request, number: 1, lanes, want: 1 });
  const [lease] = jobs;
  if (heartbeat === undefined || lease === undefined) throw new Error('there is nothing to keep');
  heartbeat.hold([lease]);
  // A thread takes a while to begin; meanwhile the lease is renewed as by a loop that goes.
  for (let number = 2; number < 8; number += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    await queue.step({ ...request, number, lanes: [], want: 0, renewals: [lease] });
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * LEASE_MS);
  expect(heartbeat.confirmedAt(lease)).toBeGreaterThan(0);
  const { renewed } = await queue.step({ ...request, number: 8, lanes: [], want: 0, renewals: [lease] });
  expect(renewed).toEqual([true]);
  heartbeat.close();
  await queue.close();
}
