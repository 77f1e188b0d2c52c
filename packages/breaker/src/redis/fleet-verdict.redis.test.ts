import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { localBus } from '@xc/core';
import { RecordingMeter } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import { describe, expect, test } from 'vitest';
import { fleetOf, nodeOf, round, states, trip } from '../../test/fleet.ts';

const first = <T>(list: readonly T[]): T => list[0] as T;

describe('a fleet', () => {
  test('counts its members, and one bad node of ten opens nobody else', async () => {
    const nodes = await fleetOf(10);
    await trip(first(nodes));
    await round(nodes);
    await round(nodes);
    expect(states(nodes)).toEqual(['open: consecutive', ...Array(9).fill('closed')]);
    expect(nodes[9]?.coordinator.fleet('payments')).toEqual({ live: 10, votes: 1, openForMs: 0, probesGranted: 0 });
    expect(nodes[9]?.coordinator.fleet('another')).toBeUndefined();
  });

  test('opens when the share of its members is reached, each for the greatest wait left', async () => {
    const nodes = await fleetOf(10, { breaker: (index) => ({ openForMs: [20_000, 60_000, 40_000][index] ?? 1_000 }) });
    for (const node of nodes.slice(0, 2)) await trip(node);
    await round(nodes);
    expect(states(nodes.slice(2))).toEqual(Array(8).fill('closed'));

    await trip(nodes[2] as never);
    await round(nodes);
    expect(states(nodes.slice(0, 3))).toEqual(Array(3).fill('open: consecutive'));
    expect(states(nodes.slice(3))).toEqual(Array(7).fill('open: fleet'));
    for (const { breaker, coordinator } of nodes.slice(3)) {
      expect(breaker.snapshot().retryAfterMs).toBeGreaterThan(50_000);
      expect(breaker.snapshot().retryAfterMs).toBeLessThan(60_500);
      expect(coordinator.fleet('payments')).toMatchObject({ votes: 3, live: 10 });
      expect(coordinator.fleet('payments')?.openForMs).toBeGreaterThan(50_000);
    }
    // Those who vote go by their own wait.
    expect(first(nodes).breaker.snapshot().retryAfterMs).toBeLessThan(20_500);
  });

  test('goes by the least number of votes where the share would be less', async () => {
    const nodes = await fleetOf(3);
    await trip(first(nodes));
    await round(nodes);
    expect(states(nodes.slice(1))).toEqual(['closed', 'closed']);
    await trip(nodes[1] as never);
    await round(nodes);
    expect(states(nodes)[2]).toBe('open: fleet');
  });

  test('takes what a person or the fleet has opened for no vote', async () => {
    const nodes = await fleetOf(3);
    for (const { breaker } of nodes.slice(0, 2)) breaker.open();
    await round(nodes);
    await round(nodes);
    expect(states(nodes)[2]).toBe('closed');
    expect(first(nodes).coordinator.fleet('payments')).toMatchObject({ votes: 0 });
  });

  test('leaves those alone that somebody has taken out of it', async () => {
    const nodes = await fleetOf(5);
    nodes[2]?.breaker.forceOpen();
    nodes[3]?.breaker.disable();
    nodes[4]?.breaker.metricsOnly();
    for (const node of nodes.slice(0, 2)) await trip(node);
    await round(nodes);
    expect(states(nodes.slice(2))).toEqual(['forced-open', 'disabled', 'metrics-only']);
  });

  test('leaves closed what a person closes while it waits', async () => {
    const nodes = await fleetOf(3);
    for (const node of nodes.slice(0, 2)) await trip(node);
    await round(nodes);
    expect(states(nodes)[2]).toBe('open: fleet');
    nodes[2]?.breaker.close();
    await round(nodes);
    await round(nodes);
    expect(states(nodes)[2]).toBe('closed');
  });

  test('opens a member that comes while it waits', async () => {
    const prefix = `test:${randomUUID()}`;
    const nodes = await fleetOf(2, { coordinator: { prefix } });
    for (const node of nodes) await trip(node);
    const late = nodeOf({ coordinator: { prefix } });
    await late.coordinator.tick();
    expect(states([late])).toEqual(['open: fleet']);
  });

  test('waits longer when a later vote does', async () => {
    const nodes = await fleetOf(4, { breaker: (index) => ({ openForMs: index === 2 ? 90_000 : 30_000 }) });
    await trip(nodes[0] as never);
    await trip(nodes[1] as never);
    await nodes[3]?.coordinator.tick();
    expect(nodes[3]?.breaker.snapshot().retryAfterMs).toBeLessThan(30_500);
    await trip(nodes[2] as never);
    await nodes[3]?.coordinator.tick();
    expect(nodes[3]?.breaker.snapshot()).toMatchObject({ state: 'open', openings: 1 });
    expect(nodes[3]?.breaker.snapshot().retryAfterMs).toBeGreaterThan(80_000);
  });

  test('is told of an opening and of a recovery at once, without a round of the interval', async () => {
    const nodes = await fleetOf(3, { breaker: { openForMs: 50, halfOpen: { permits: 1 } } });
    const { breaker, coordinator } = first(nodes);
    for (let call = 0; call < 3; call += 1) breaker.tryAcquire()?.failure();
    await eventually('its vote arrives', async () => {
      await nodes[1]?.coordinator.tick();
      return nodes[1]?.coordinator.fleet('payments')?.votes === 1;
    });
    await sleep(60);
    await coordinator.tick();
    breaker.tryAcquire()?.success();
    expect(breaker.state).toBe('closed');
    await eventually('its recovery is counted', async () => (await first(nodes).read('epoch'))[0] === '1');
  });

  test('hears over a bus from the member whose vote reaches the quorum', async () => {
    const bus = localBus();
    const nodes = await fleetOf(10, { coordinator: { bus } });
    const events: unknown[] = [];
    nodes[9]?.coordinator.on('fleet-open', (event) => events.push(event));
    for (const node of nodes.slice(0, 2)) await trip(node);
    expect(states(nodes.slice(2))).toEqual(Array(8).fill('closed'));
    for (let call = 0; call < 3; call += 1) nodes[2]?.breaker.tryAcquire()?.failure();
    const since = performance.now();
    await eventually('all are open', () => states(nodes.slice(3)).every((state) => state === 'open: fleet'));
    expect(performance.now() - since).toBeLessThan(5_000);
    await round(nodes);
    expect(events).toEqual([{ name: 'payments' }]);
  });

  test('is open everywhere within a tenth of a second where the bus is one of Redis', async () => {
    const trials: number[] = [];
    // The best of some: a busy machine delays a message as it delays anything.
    for (let trial = 0; trial < 5; trial += 1) {
      const nodes = await fleetOf(10, { bus: true });
      for (const node of nodes.slice(0, 2)) await trip(node);
      const opened = nodes
        .slice(3)
        .map(
          ({ breaker }) => new Promise<number>((resolve) => breaker.on('transition', () => resolve(performance.now()))),
        );
      const since = performance.now();
      for (let call = 0; call < 3; call += 1) nodes[2]?.breaker.tryAcquire()?.failure();
      trials.push(Math.max(...(await Promise.all(opened))) - since);
      expect(states(nodes.slice(3))).toEqual(Array(7).fill('open: fleet'));
    }
    expect(Math.min(...trials)).toBeLessThan(100);
  });

  test('survives whatever else is on the channel', async () => {
    const bus = localBus();
    const prefix = `test:${randomUUID()}`;
    const nodes = await fleetOf(2, { coordinator: { bus, prefix } });
    const say = (text: string) => bus.publish(`${prefix}:fleet`, Buffer.from(text));
    await say('{');
    await say('null');
    await say('{"instance":"x","name":"payments","openForMs":-1,"epoch":0}');
    await say('{"instance":"x","name":"payments","openForMs":1e99,"epoch":0}');
    await say('{"instance":"x","name":"other","openForMs":1000,"epoch":0}');
    await sleep(20);
    expect(states(nodes)).toEqual(['closed', 'closed']);
    await say('{"instance":"x","name":"payments","openForMs":1000,"epoch":0}');
    await eventually('real news arrive', () => states(nodes).every((state) => state === 'open: fleet'));
  });

  test('shows its votes and its members as metrics', async () => {
    const meter = new RecordingMeter();
    const nodes = await fleetOf(3, { coordinator: { meter } });
    await trip(first(nodes));
    await round(nodes);
    expect(meter.value('xc_breaker_fleet_members', { breaker: 'payments' })).toBe(3);
    expect(meter.value('xc_breaker_fleet_votes', { breaker: 'payments' })).toBe(1);
    expect(meter.value('xc_breaker_fleet_ticks_total', { result: 'ok' })).toBeGreaterThan(9);
  });

  test('forgets a member that has fallen silent, and its vote', async () => {
    const prefix = `test:${randomUUID()}`;
    const coordinator = { prefix, memberTtlMs: 400 };
    const nodes = await fleetOf(3, { coordinator });
    await trip(first(nodes));
    await nodes[1]?.coordinator.tick();
    expect(nodes[1]?.coordinator.fleet('payments')).toMatchObject({ live: 3, votes: 1 });
    // Its connection is gone before it could say so, as when a process is killed.
    first(nodes).client.disconnect();
    await eventually('the rest are two and no vote', async () => {
      await nodes[1]?.coordinator.tick();
      await nodes[2]?.coordinator.tick();
      const { live, votes } = nodes[2]?.coordinator.fleet('payments') ?? {};
      return live === 2 && votes === 0;
    });
  });

  test('loses a member and its vote at once when it leaves or is disposed of', async () => {
    const nodes = await fleetOf(4, { breaker: { openForMs: 20_000 } });
    await trip(nodes[0] as never);
    await nodes[0]?.coordinator[Symbol.asyncDispose]();
    await nodes[3]?.coordinator.tick();
    expect(nodes[3]?.coordinator.fleet('payments')).toMatchObject({ live: 3, votes: 0 });
    expect(nodes[0]?.client.status).toBe('ready');
    const unlinked = nodes[0]?.breaker as { link(fleet: { takeProbes(): number }): () => void };
    unlinked.link({ takeProbes: () => 0 })();
    expect(() => nodes[0]?.coordinator.join(nodes[0].breaker)).toThrow('disposed');
    await expect(nodes[0]?.coordinator.tick()).resolves.toBeUndefined();
  });

  test('has keys that all expire, in one slot, under the prefix of the client too', async () => {
    const prefix = `test:${randomUUID()}`;
    const breaker = { name: '{a}\n%', openForMs: 600_000, halfOpen: { maxWaitMs: 600_000 } };
    const options = { breaker, coordinator: { prefix, memberTtlMs: 2_000 }, client: { keyPrefix: 'app:' } };
    const nodes = await fleetOf(2, options);
    for (const node of nodes) await trip(node);
    const bare = nodeOf({ breaker: { name: 'bare' } }).client;
    const keys = (await bare.keys(`app:${prefix}:*`)).sort();
    expect(keys).toEqual(['live', 'open', 'votes'].map((what) => `app:${prefix}:{%7Ba%7D%0A%}:${what}`));
    for (const key of keys) {
      const left = await bare.pttl(key);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(20_000);
    }
  });
});
