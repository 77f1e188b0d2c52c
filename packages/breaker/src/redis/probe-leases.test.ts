import { describe, expect, test } from 'vitest';
import { ProbeLeases } from './probe-leases.ts';
import type { FleetState } from './tick.ts';

const halfOpen = { permits: 4, maxWaitMs: 10_000, onMaxWait: 'decide', rampUpMs: 0, rampUpFrom: 0.1 } as const;
const waiting = { state: 'open', reason: 'fleet', leftMs: 5, halfOpen } as const;
const over = { ...waiting, leftMs: 0 } as const;
const probing = { ...over, state: 'half-open', leftMs: 9_000 } as const;
const leased = (leases: number, leaseLeftMs = 10_000): FleetState => ({ leases, leaseLeftMs }) as FleetState;

function leases() {
  return new ProbeLeases({ intervalMs: 1_000, deadlineMs: 250 });
}

describe('the leases of a member', () => {
  test('are asked for when the wait is over, not before, and used by the first call', () => {
    const held = leases();
    expect(held.wants(waiting, 0)).toBe(0);
    expect(held.wants(over, 10)).toBe(4);
    held.granted(leased(3), over, 10);
    expect(held.take(4, 20)).toBe(3);
    expect(held.take(4, 21)).toBe(0);
    expect(held.wants(probing, 30)).toBe(3);
  });

  test('go back unused after an interval, and are asked for again once a call was refused', () => {
    const held = leases();
    held.wants(over, 0);
    held.granted(leased(4), over, 0);
    expect(held.wants(over, 999)).toBe(4);
    expect(held.wants(over, 1_000)).toBe(0);
    held.granted(leased(0, 0), over, 1_000);
    expect(held.wants(over, 2_000)).toBe(0);
    expect(held.take(4, 2_500)).toBe(0);
    expect(held.wants(over, 3_000)).toBe(4);
  });

  test('are asked for until there are some', () => {
    const held = leases();
    for (let round = 0; round < 5; round += 1) {
      expect(held.wants(over, round * 1_000)).toBe(4);
      held.granted(leased(0, 0), over, round * 1_000);
    }
  });

  test('are not used when the next round could not hold on to them', () => {
    const held = leases();
    held.wants(over, 0);
    held.granted(leased(4), over, 0);
    expect(held.take(4, 9_750)).toBe(0);
    held.granted(leased(4, 400), over, 20_000);
    expect(held.take(4, 20_199)).toBe(4);
    expect(held.endSoon(20_199)).toBe(true);
  });

  test('are forgotten with a new wait', () => {
    const held = leases();
    held.wants(over, 0);
    held.granted(leased(4), over, 0);
    expect(held.wants(waiting, 10)).toBe(0);
    expect(held.take(4, 20)).toBe(0);
    expect(held.wants(over, 30)).toBe(4);
  });

  test('cover the probes of who was sent half-open by hand, a thousand at most', () => {
    expect(leases().wants(probing, 0)).toBe(4);
    expect(leases().wants({ ...probing, halfOpen: { ...halfOpen, permits: 1e9 } }, 0)).toBe(1_000);
  });
});
