import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '@xc/core';
import { startRedis } from '@xc/test-support';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fleetOf, type Node, round, states, trip } from '../../test/fleet.ts';

const at = (nodes: readonly Node[], index: number): Node => nodes[index] as Node;

/** A server that may lose everything without harm to other tests. */
async function fleetApart(size: number, options: Parameters<typeof fleetOf>[1] = {}): Promise<Node[]> {
  const server = await startRedis();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return fleetOf(size, { ...options, url: server.url });
}

describe('a fleet whose data is lost', () => {
  test('knows its votes again within two rounds', async () => {
    const nodes = await fleetApart(10, { breaker: { openForMs: 60_000 } });
    for (const node of nodes.slice(0, 3)) await trip(node);
    await at(nodes, 0).client.flushall();
    await round(nodes);
    await round(nodes);
    expect(at(nodes, 9).coordinator.fleet('payments')).toMatchObject({ live: 10, votes: 3 });
    expect(states(nodes.slice(3))).toEqual(Array(7).fill('open: fleet'));
  });

  test('is not opened by the few who come back first', async () => {
    const nodes = await fleetApart(10, { breaker: { openForMs: 60_000 } });
    for (const node of nodes.slice(0, 2)) await trip(node);
    for (let loss = 0; loss < 2; loss += 1) {
      await at(nodes, 0).client.flushall();
      for (let again = 0; again < 3; again += 1) await round(nodes.slice(0, 3));
      expect(at(nodes, 0).coordinator.fleet('payments')).toMatchObject({ live: 3, votes: 2, openForMs: 0 });
    }
    await round(nodes);
    expect(states(nodes.slice(2))).toEqual(Array(8).fill('closed'));
  });

  test('closes nothing for a count of recoveries that begins anew', async () => {
    const nodes = await fleetApart(4, { breaker: { openForMs: 60_000, halfOpen: { permits: 1 } } });
    const recover = async (node: Node): Promise<void> => {
      node.breaker.open();
      node.breaker.halfOpen();
      node.breaker.tryAcquire()?.success();
      await node.coordinator.tick();
    };
    for (let times = 0; times < 3; times += 1) await recover(at(nodes, 0));
    await round(nodes);
    await trip(at(nodes, 0));
    await trip(at(nodes, 1));
    await round(nodes);
    expect(states(nodes)[3]).toBe('open: fleet');
    await at(nodes, 0).client.flushall();
    // One recovery in the new count, three in the memory of the others.
    await recover(at(nodes, 2));
    await at(nodes, 3).coordinator.tick();
    expect(states(nodes)[3]).toBe('open: fleet');
    await recover(at(nodes, 2));
    await at(nodes, 3).coordinator.tick();
    expect(states(nodes)[3]).toBe('closed');
  });

  test('loses nothing with the scripts of the server', async () => {
    const nodes = await fleetApart(3);
    await trip(at(nodes, 0));
    await at(nodes, 0).client.script('FLUSH');
    await trip(at(nodes, 1));
    await at(nodes, 0).client.script('FLUSH');
    await round(nodes);
    expect(states(nodes)[2]).toBe('open: fleet');
    expect(nodes.map(({ coordinator }) => coordinator.status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('is gone from the server after ten lifetimes of silence', async () => {
    const nodes = await fleetApart(2, { coordinator: { memberTtlMs: 100 } });
    await trip(at(nodes, 0));
    await trip(at(nodes, 1));
    for (const { coordinator } of nodes) await coordinator.tick();
    const { client } = at(nodes, 0);
    expect(await client.dbsize()).toBeGreaterThan(0);
    // No member of the fleet any more, yet nobody has said good-bye.
    const inspector = client.duplicate();
    for (const node of nodes) node.client.disconnect();
    await sleep(1_300);
    expect(await inspector.dbsize()).toBe(0);
    inspector.disconnect();
  });
});

describe('what the fleet goes by', () => {
  test('are the votes of its living members alone', async () => {
    const nodes = await fleetOf(3, { breaker: { openForMs: 60_000 } });
    const { client, prefix } = at(nodes, 1);
    for (const ghost of ['a', 'b']) await client.zadd(`${prefix}:{payments}:votes`, Date.now() + 60_000, ghost);
    await trip(at(nodes, 0));
    await round(nodes);
    expect(states(nodes)).toEqual(['open: consecutive', 'closed', 'closed']);
    expect(at(nodes, 2).coordinator.fleet('payments')).toMatchObject({ live: 3, votes: 1 });

    // A member of another make, that keeps to the same keys.
    for (const key of ['live', 'votes']) {
      await client.zadd(`${prefix}:{payments}:${key}`, Date.now() + (key === 'live' ? 0 : 50_000), 'c');
    }
    await round(nodes);
    expect(states(nodes).slice(1)).toEqual(['open: fleet', 'open: fleet']);
  });

  test('is no clock of a node', async () => {
    const off = (ms: number): Clock => ({
      ...bound(systemClock),
      now: () => systemClock.now() + ms,
      monotonic: () => systemClock.monotonic() + ms,
    });
    const clocks = [off(0), off(86_400_000), off(-86_400_000)];
    const nodes = await fleetApart(3, { breaker: (index) => ({ clock: clocks[index] as Clock, openForMs: 60_000 }) });
    await trip(at(nodes, 0));
    await trip(at(nodes, 1));
    await round(nodes);
    expect(states(nodes)[2]).toBe('open: fleet');
    expect(at(nodes, 2).breaker.snapshot().retryAfterMs).toBeGreaterThan(55_000);
    expect(at(nodes, 2).breaker.snapshot().retryAfterMs).toBeLessThanOrEqual(60_100);
  });

  test('costs one command a breaker and interval while there are calls, and fewer without', async () => {
    const coordinator = { intervalMs: 100, memberTtlMs: 1_000, deadlineMs: 5_000 };
    const nodes = await fleetApart(1, { coordinator });
    const { client, breaker } = at(nodes, 0);
    const evaluations = async (): Promise<number> => {
      const stats = await client.info('commandstats');
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
    };
    const during = async (ms: number, call: () => void): Promise<number> => {
      const [before, since] = [await evaluations(), performance.now()];
      while (performance.now() - since < ms) {
        for (let calls = 0; calls < 100; calls += 1) call();
        await sleep(2);
      }
      const intervals = (performance.now() - since) / 100;
      return ((await evaluations()) - before) / intervals;
    };
    const busy = await during(2_000, () => breaker.tryAcquire()?.success());
    expect(busy).toBeGreaterThan(0.3);
    expect(busy).toBeLessThanOrEqual(1.1);
    await sleep(150);
    const idle = await during(2_000, () => {});
    expect(idle).toBeGreaterThan(0);
    expect(idle).toBeLessThanOrEqual(0.3);
  });
});

function bound(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, fn) => clock.after(ms, fn),
    every: (ms, fn) => clock.every(ms, fn),
  };
}
