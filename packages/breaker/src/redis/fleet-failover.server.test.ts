import { randomUUID } from 'node:crypto';
import { connectRedis, slotOf } from '@xc/redis';
import { eventually, startCluster, startSentinel } from '@xc/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { type Breaker, createBreaker } from '../index.ts';
import { type Coordinator, createCoordinator } from './index.ts';

interface Member {
  readonly breaker: Breaker;
  readonly coordinator: Coordinator;
  readonly events: string[];
}

function memberOf(client: Parameters<typeof createCoordinator>[0], prefix: string): Member {
  const coordinator = createCoordinator(client, { prefix, intervalMs: 100, deadlineMs: 200, memberTtlMs: 2_000 });
  const breaker = createBreaker({ name: 'payments', consecutive: 1, openForMs: 600_000 });
  const events: string[] = [];
  for (const event of ['lost', 'restored'] as const) coordinator.on(event, () => events.push(event));
  coordinator.join(breaker);
  onTestFinished(async () => {
    await coordinator[Symbol.asyncDispose]();
    client.disconnect();
  });
  return { breaker, coordinator, events };
}

async function known(members: readonly Member[], facts: { live: number; votes: number }): Promise<void> {
  await eventually(
    `all know of ${JSON.stringify(facts)}`,
    () => {
      const fleets = members.map(({ coordinator }) => coordinator.fleet('payments'));
      return fleets.every((fleet) => fleet?.live === facts.live && fleet.votes === facts.votes);
    },
    { deadlineMs: 60_000 },
  );
}

test('a fleet goes on with the new master when Sentinel puts one in the place of a dead one', async () => {
  const watched = await startSentinel();
  onTestFinished(() => watched[Symbol.asyncDispose]());
  const prefix = `test:${randomUUID()}`;
  const members = [1, 2, 3].map(() =>
    memberOf(connectRedis(`redis://${watched.name}`, { sentinels: watched.addresses }), prefix),
  );
  await known(members, { live: 3, votes: 0 });
  members[0]?.breaker.tryAcquire()?.failure();
  await known(members, { live: 3, votes: 1 });

  await (await watched.master()).kill();
  await eventually('all have noticed', () => members.every(({ events }) => events.includes('lost')));
  // Nobody hears of it now.
  members[1]?.breaker.tryAcquire()?.failure();
  expect(members[2]?.breaker.state).toBe('closed');
  await watched.failover();
  await known(members, { live: 3, votes: 2 });
  await eventually('the third opens', () => members[2]?.breaker.dump().reason === 'fleet');
  await eventually('all are well', () => members.every(({ coordinator }) => coordinator.status === 'ok'));
  expect(members.map(({ events }) => events)).toEqual(Array(3).fill(['lost', 'restored']));
});

test('a fleet goes on with the replica when the master of its slot dies in a cluster', async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const prefix = `test:${randomUUID()}`;
  const urls = cluster.addresses.map(({ host, port }) => `redis://${host}:${port}`);
  const members = [1, 2, 3].map(() => memberOf(connectRedis(urls), prefix));
  await known(members, { live: 3, votes: 0 });
  members[0]?.breaker.tryAcquire()?.failure();
  await known(members, { live: 3, votes: 1 });
  const master = await cluster.masterOf(slotOf(`${prefix}:{payments}:live`));
  await master.kill();
  await cluster.failover(master);
  members[1]?.breaker.tryAcquire()?.failure();
  await known(members, { live: 3, votes: 2 });
  await eventually('the third opens', () => members[2]?.breaker.dump().reason === 'fleet');
});
