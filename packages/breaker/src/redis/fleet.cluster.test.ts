import { randomUUID } from 'node:crypto';
import { slotOf } from '@xc/redis';
import { Cluster } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { byHand } from '../../test/fleet.ts';
import { type Breaker, createBreaker } from '../index.ts';
import { type Coordinator, createCoordinator } from './index.ts';

const odd = ['payments', '{', '}', '{}', '{a}{b}', 'a}b{c', '100%', '%7B', '\n\0', 'café ☕', 'x'.repeat(200)];

interface ClusterNode {
  readonly coordinator: Coordinator;
  readonly breakers: ReadonlyMap<string, Breaker>;
  readonly client: Cluster;
}

function nodeIn(prefix: string, keyPrefix = ''): ClusterNode {
  const client = new Cluster([...inject('cluster')], { keyPrefix });
  const coordinator = createCoordinator(client, { ...byHand, prefix });
  const breakers = new Map(odd.map((name) => [name, createBreaker({ name, consecutive: 1, openForMs: 60_000 })]));
  for (const breaker of breakers.values()) coordinator.join(breaker);
  onTestFinished(async () => {
    await coordinator[Symbol.asyncDispose]();
    client.disconnect();
  });
  return { coordinator, breakers, client };
}

test.each([
  ['', 'without a key prefix'],
  ['app:', 'under a key prefix'],
])('fleets of any name live in a cluster, each in a slot of its own (%j, %s)', async (keyPrefix) => {
  const prefix = `test:${randomUUID()}`;
  const nodes = [1, 2, 3].map(() => nodeIn(prefix, keyPrefix));
  const round = async (): Promise<void> => {
    for (const { coordinator } of nodes) await coordinator.tick();
  };
  await round();
  await round();
  expect(nodes.map(({ coordinator }) => coordinator.status)).toEqual(['ok', 'ok', 'ok']);
  for (const { breakers } of nodes.slice(0, 2))
    for (const breaker of breakers.values()) breaker.tryAcquire()?.failure();
  await round();
  await round();
  for (const name of odd) {
    expect(nodes[2]?.coordinator.fleet(name), name).toMatchObject({ live: 3, votes: 2 });
    expect(nodes[2]?.breakers.get(name)?.dump(), name).toMatchObject({ state: 'open', reason: 'fleet' });
  }
  const found = await Promise.all(
    (nodes[0] as ClusterNode).client.nodes('master').map((master) => master.keys(`${keyPrefix}${prefix}:*`)),
  );
  const fleets = new Map<string, Set<number>>();
  for (const key of found.flat()) {
    const fleet = key.slice(0, key.lastIndexOf(':'));
    fleets.set(fleet, (fleets.get(fleet) ?? new Set()).add(slotOf(key)));
  }
  expect(fleets.size).toBe(odd.length);
  for (const [fleet, slots] of fleets) expect(slots.size, fleet).toBe(1);
});
