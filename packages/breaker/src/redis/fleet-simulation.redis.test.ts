import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { fleetOf, type Node, states } from '../../test/fleet.ts';

/** A service that all members call, and that counts the probes that reach it. */
class Service {
  up = true;
  probes = 0;
  mostProbes = 0;
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** One call, if the breaker lets it through. */
  async call({ breaker }: Node, reachable: boolean): Promise<void> {
    const permit = breaker.tryAcquire();
    if (permit === undefined) return;
    const probe = breaker.state === 'half-open';
    if (probe) this.mostProbes = Math.max(this.mostProbes, ++this.probes);
    await sleep(this.#random.next() * 4);
    if (probe) this.probes--;
    if (this.up && reachable) permit.success();
    else permit.failure();
  }
}

test.each(Array.from({ length: 16 }, (_, seed) => [seed + 1]))(
  'members at random send no more probes than are leased, open together and come back together, seed %i',
  async (seed) => {
    const random = new SeededRandom(seed);
    const whole = (from: number, to: number): number => from + Math.floor(random.next() * (to - from + 1));
    const permits = whole(1, 4);
    const size = whole(2, 8);
    const nodes = await fleetOf(size, {
      coordinator: { intervalMs: whole(10, 30), memberTtlMs: 5_000, quorum: { ratio: 0.5 } },
      breaker: () => ({ consecutive: 2, openForMs: whole(20, 150), halfOpen: { permits, maxWaitMs: 10_000 } }),
    });
    const service = new Service(random);
    const poisoned = whole(0, size - 1);
    let phase: 'poisoned' | 'down' | 'up' | 'over' = 'poisoned';
    const openedByFleet: string[] = [];
    for (const { breaker } of nodes) {
      breaker.on('transition', ({ reason, to }) => to === 'open' && reason === 'fleet' && openedByFleet.push(phase));
    }
    const callers = nodes.map(async (node, index) => {
      while (phase !== 'over') {
        await Promise.all(
          Array.from({ length: whole(1, 3) }, () => service.call(node, phase !== 'poisoned' || index !== poisoned)),
        );
        await sleep(random.next() * 5);
        if (random.next() < 0.02) await node.client.script('FLUSH');
        if (random.next() < 0.02) void node.coordinator.tick();
      }
    });

    onTestFinished(async () => {
      phase = 'over';
      await Promise.all(callers);
    });

    // One bad member: it opens and probes again and again, and nobody else ever does.
    await sleep(300);
    expect(openedByFleet).toEqual([]);
    expect(states(nodes).filter((_, index) => index !== poisoned)).toEqual(Array(size - 1).fill('closed'));

    phase = 'down';
    service.up = false;
    await eventually('nobody is closed', () => nodes.every(({ breaker }) => breaker.state !== 'closed'));
    service.mostProbes = service.probes;
    await sleep(500);
    expect(service.mostProbes).toBeLessThanOrEqual(permits);
    expect(states(nodes)).not.toContain('closed');

    phase = 'up';
    service.up = true;
    await eventually('everybody is closed', () => nodes.every(({ breaker }) => breaker.state === 'closed'));
    expect(nodes.map(({ coordinator }) => coordinator.status)).toEqual(Array(size).fill('ok'));
  },
);
