import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@xc/test-support';
import { describe, expect, test } from 'vitest';
import { type FleetOptions, fleetOf, type Node, round, states, trip } from '../../test/fleet.ts';
import type { Permit } from '../index.ts';

const at = (nodes: readonly Node[], index: number): Node => nodes[index] as Node;

/** Every probe that may be sent now. */
function probes({ breaker }: Node): Permit[] {
  const permits: Permit[] = [];
  for (let permit = breaker.tryAcquire(); permit !== undefined; permit = breaker.tryAcquire()) permits.push(permit);
  return permits;
}

/** A fleet that has opened by the votes of its first two members, and whose wait is over. */
async function waited(size: number, breaker: FleetOptions['breaker'], coordinator = {}): Promise<Node[]> {
  const nodes = await fleetOf(size, { breaker: breaker ?? {}, coordinator: { quorum: { ratio: 0 }, ...coordinator } });
  await trip(at(nodes, 0));
  await trip(at(nodes, 1));
  await round(nodes);
  expect(states(nodes).every((state) => state.startsWith('open'))).toBe(true);
  await eventually('the wait is over for all', () => nodes.every((node) => node.breaker.snapshot().retryAfterMs === 0));
  await eventually('and for the fleet', async () => {
    await at(nodes, 0).coordinator.tick();
    return at(nodes, 0).coordinator.fleet('payments')?.openForMs === 0;
  });
  return nodes;
}

const quick = { openForMs: 200, halfOpen: { permits: 4, maxWaitMs: 20_000 } };

describe('the probes of a fleet', () => {
  test('are leased to so many members as there are permits, and a half-open breaker has as many as it was leased', async () => {
    const nodes = await waited(5, quick);
    await round(nodes);
    const granted = nodes.map(({ coordinator }) => coordinator.fleet('payments')?.probesGranted ?? 0);
    expect(granted.reduce((sum, leases) => sum + leases)).toBe(4);
    expect(nodes.map((node) => probes(node).length)).toEqual(granted);
    await round(nodes);
    expect(nodes.flatMap(probes)).toEqual([]);
    await expect(at(nodes, 0).read('probes')).resolves.toHaveLength(4);
  });

  test('are not sent before a round has leased them', async () => {
    const nodes = await fleetOf(2, { breaker: { ...quick, openForMs: 1 } });
    await trip(at(nodes, 0));
    await sleep(5);
    expect(at(nodes, 0).breaker.tryAcquire()).toBeUndefined();
    expect(at(nodes, 0).breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 0 });
    await at(nodes, 0).coordinator.tick();
    expect(probes(at(nodes, 0))).toHaveLength(4);
  });

  test('that succeed close the whole fleet but for those with a verdict of their own', async () => {
    const nodes = await waited(5, quick);
    const events: string[] = [];
    at(nodes, 4).coordinator.on('fleet-open', () => events.push('open'));
    at(nodes, 4).coordinator.on('fleet-close', ({ name }) => events.push(`close ${name}`));
    await at(nodes, 3).coordinator.tick();
    await at(nodes, 0).coordinator.tick();
    const [prober] = nodes.filter((node) => node.coordinator.fleet('payments')?.probesGranted === 4);
    for (const permit of probes(prober as Node)) permit.success();
    expect(prober?.breaker.state).toBe('closed');
    await prober?.coordinator.tick();
    await expect(prober?.read('epoch')).resolves.toEqual(['1']);
    for (const key of ['votes', 'probes', 'open'] as const) await expect(prober?.read(key)).resolves.toEqual([]);

    await round(nodes);
    expect(states(nodes.slice(2))).toEqual(Array(3).fill('closed'));
    expect(states(nodes.slice(0, 2)).filter((state) => state === 'open: consecutive').length).toBeGreaterThanOrEqual(1);
    expect(events).toEqual(['close payments']);
    // What has been heard once closes nothing a second time.
    at(nodes, 4).breaker.open();
    await round(nodes);
    await round(nodes);
    expect(at(nodes, 4).breaker.state).toBe('open');
  });

  test('of two members that succeed at the same time are one recovery', async () => {
    const nodes = await waited(3, quick, { probes: 'local' });
    for (const node of nodes.slice(0, 2)) for (const permit of probes(node)) permit.success();
    expect(states(nodes.slice(0, 2))).toEqual(['closed', 'closed']);
    await Promise.all(nodes.map(({ coordinator }) => coordinator.tick()));
    await round(nodes);
    await expect(at(nodes, 0).read('epoch')).resolves.toEqual(['1']);
    expect(states(nodes)).toEqual(['closed', 'closed', 'closed']);
  });

  test('that fail make all wait anew, so that no more than the permits are sent in a wait', async () => {
    const nodes = await waited(6, { ...quick, openForMs: 400, halfOpen: { permits: 2, maxWaitMs: 100 } });
    let sent = 0;
    const probeAll = async (): Promise<void> => {
      for (const node of nodes) {
        await node.coordinator.tick();
        for (const permit of probes(node)) {
          sent++;
          permit.failure();
        }
        await node.coordinator.tick();
      }
    };
    await probeAll();
    expect(sent).toBe(2);
    const since = performance.now();
    while (performance.now() - since < 250) await probeAll();
    expect(sent).toBe(2);
    expect(states(nodes).filter((state) => state === 'open: probes-failed')).toHaveLength(1);
    for (const { breaker } of nodes.slice(2)) expect(breaker.state).toBe('open');
    await eventually('the next wait has its own probes', async () => {
      await probeAll();
      return sent === 4;
    });
  });

  test('go to somebody else when the one who has them has no calls', async () => {
    const nodes = await waited(3, quick, { intervalMs: 100 });
    await at(nodes, 2).coordinator.tick();
    const idle = nodes.find(({ coordinator }) => coordinator.fleet('payments')?.probesGranted === 4) as Node;
    const busy = nodes.find((node) => node !== idle) as Node;
    await eventually('the busy one gets them', () => busy.breaker.tryAcquire() !== undefined);
    expect(busy.breaker.snapshot()).toMatchObject({ state: 'half-open', probesLeft: 3 });
  });

  test('of a member that dies are free again when their lease is over', async () => {
    const nodes = await waited(3, { openForMs: 200, halfOpen: { permits: 1, maxWaitMs: 1_000 } });
    await round(nodes);
    const dying = nodes.find(({ coordinator }) => coordinator.fleet('payments')?.probesGranted === 1) as Node;
    expect(probes(dying)).toHaveLength(1);
    await dying.coordinator.tick();
    dying.client.disconnect();
    const rest = nodes.filter((node) => node !== dying);
    const since = performance.now();
    await eventually('another may probe', async () => {
      await round(rest);
      return rest.some((node) => probes(node).length === 1);
    });
    expect(performance.now() - since).toBeGreaterThan(700);
  });

  test('hold their lease for as long as they are under way', async () => {
    // A lease shorter than the interval: only a round at once can hold on to it.
    const nodes = await waited(2, { openForMs: 100, halfOpen: { permits: 1, maxWaitMs: 1_000 } }, { deadlineMs: 200 });
    await at(nodes, 0).coordinator.tick();
    await at(nodes, 1).coordinator.tick();
    const prober = nodes.find(({ coordinator }) => coordinator.fleet('payments')?.probesGranted === 1) as Node;
    const other = nodes.find((node) => node !== prober) as Node;
    await sleep(500);
    expect(probes(prober)).toHaveLength(1);
    await sleep(700);
    // The first lease is over by now, the half-open period is not.
    await other.coordinator.tick();
    expect(prober.breaker.state).toBe('half-open');
    expect(probes(other)).toEqual([]);
  });

  test('are of no concern to others where each probes for itself', async () => {
    const nodes = await waited(3, quick, { probes: 'local' });
    expect(nodes.map((node) => probes(node).length)).toEqual([4, 4, 4]);
    await expect(at(nodes, 0).read('probes')).resolves.toEqual([]);
  });

  test('that a person begins are counted like any others', async () => {
    const nodes = await fleetOf(2, { breaker: { ...quick, openForMs: 1 } });
    at(nodes, 0).breaker.open();
    at(nodes, 0).breaker.halfOpen();
    await at(nodes, 0).coordinator.tick();
    await expect(at(nodes, 0).read('probes')).resolves.toHaveLength(4);
    await trip(at(nodes, 1));
    await sleep(5);
    await at(nodes, 1).coordinator.tick();
    expect(probes(at(nodes, 1))).toEqual([]);
  });
});
