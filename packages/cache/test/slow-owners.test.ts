import { type Cache, type EntryOptions, memoryTier, type Tier, type TierSpace } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

const LEASE_MS = 300;
const options: EntryOptions = { fill: 'cluster', leaseMs: LEASE_MS, ttlMs: 3_600_000 };

/** Every node asks again and again. */
function traffic(nodes: readonly Cache[], clock: ManualClock, loadMs: number) {
  const seen = { loads: 0, calls: 0, loadsOnLast: 0 };
  let on = true;
  const load = async (): Promise<number> => {
    const run = ++seen.loads;
    await clock.sleep(loadMs);
    return run;
  };
  const running = nodes.map(async (node) => {
    for (; on; seen.calls++) {
      await node.getOrSet('k', load, options);
      await clock.sleep(5);
    }
  });
  const end = async (): Promise<void> => {
    on = false;
    await clock.advance(loadMs * 3);
    await Promise.all(running);
  };
  return { seen, end };
}

/** The tier as one node has it that can be cut off from it. */
function cut(tier: Tier): { readonly tier: Tier; die(): void } {
  let dead = false;
  const handler: ProxyHandler<TierSpace> = {
    get: (space, name) =>
      dead ? () => new Promise(() => {}) : (space as unknown as Record<string | symbol, unknown>)[name],
  };
  const open: Tier['open'] = (cache) => new Proxy(tier.open(cache), handler);
  const die = (): void => {
    dead = true;
  };
  return { tier: { ...tier, open }, die };
}

describe.for([2, 4])('a load that outlasts its lease, on %i nodes', (count) => {
  test.for([350, 800, 4_000])('is stored in the end: %i ms', async (loadMs) => {
    const { nodes, clock } = nodesOf(count);
    await clock.advance(0);
    const { seen, end } = traffic(nodes, clock, loadMs);
    await clock.advance(3 * loadMs);
    expect(seen.loads).toBe(2);
    await clock.advance(500);
    expect(seen.loads).toBe(2);
    expect(seen.calls).toBeGreaterThan(count * 50);
    await end();
  });
});

describe('the lease of a load that is known to outlast it', () => {
  /** `a` loads and is too slow; `b` takes over, and its load begins. */
  const takenOver = async (tier?: (clock: ManualClock) => Tier) => {
    const clock = new ManualClock(1_700_000_000_000);
    const { nodes } = nodesOf(3, { clock, ...(tier && { tier: tier(clock) }) });
    const [a, b, c] = nodes as unknown as [Cache, Cache, Cache];
    await clock.advance(0);
    const idle = clock.pending;
    const loads = [gated<string>(), gated<string>(), gated<string>()] as const;
    const ask = (node: Cache, of: 0 | 1 | 2, more: EntryOptions = {}): Promise<unknown> => {
      const asked = node.getOrSet('k', loads[of].load, {
        ...options,
        hardTimeoutMs: Number.POSITIVE_INFINITY,
        ...more,
      });
      asked.catch(() => {});
      return asked;
    };
    const late = ask(a, 0);
    await clock.advance(LEASE_MS + 10);
    const leaving = new AbortController();
    const next = ask(b, 1, { signal: leaving.signal });
    await clock.advance(0);
    expect(loads[1].runs()).toBe(1);
    return { a, b, c, clock, loads, ask, late, next, leaving, idle };
  };

  test('stands for as long as its owner loads, and the late value of the first one is stored nowhere', async () => {
    const { a, c, clock, loads, ask, late, next } = await takenOver();
    const waiting = ask(c, 2);
    await clock.advance(10 * LEASE_MS);
    expect(loads[2].runs()).toBe(0);
    loads[0].give('LATE');
    expect(await late).toBe('LATE');
    loads[1].give('NEW');
    await clock.advance(5);
    expect([await next, await waiting, await a.get('k')]).toEqual(['NEW', 'NEW', 'NEW']);
  });

  test('ends at once when its load fails', async () => {
    const { c, clock, loads, ask, next } = await takenOver();
    const waiting = ask(c, 2);
    await clock.advance(2 * LEASE_MS);
    loads[1].fail(new Error('down'));
    await clock.advance(5);
    await expect(next).rejects.toThrow('down');
    expect(loads[2].runs()).toBe(1);
    loads[2].give('third');
    expect(await waiting).toBe('third');
  });

  test('ends when nobody is left who wants it, though its loader does not listen', async () => {
    const { c, clock, loads, ask, next, leaving } = await takenOver();
    ask(c, 2);
    await clock.advance(LEASE_MS);
    leaving.abort(new Error('gone'));
    await expect(next).rejects.toThrow('gone');
    await clock.advance(5);
    expect(loads[2].runs()).toBe(1);
  });

  test('ends when what is loaded will not stand', async () => {
    const { c, clock, loads, ask } = await takenOver();
    await clock.advance(LEASE_MS);
    await c.invalidate({ all: true });
    ask(c, 2);
    await clock.advance(LEASE_MS / 2);
    expect(loads[2].runs()).toBe(1);
  });

  test('ends with the cache of its owner', async () => {
    const { b, c, clock, loads, ask } = await takenOver();
    ask(c, 2);
    await clock.advance(LEASE_MS);
    await b[Symbol.asyncDispose]();
    await clock.advance(LEASE_MS + 10);
    expect(loads[2].runs()).toBe(1);
  });

  test('holds the others up no longer than it lasts when its owner dies', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const tier = memoryTier({ clock });
    const { tier: mortal, die } = cut(tier);
    const { nodes: healthy } = nodesOf(2, { clock, tier });
    const { nodes: dying } = nodesOf(1, { clock, tier: mortal });
    await clock.advance(0);
    const never = () => new Promise<string>(() => {});
    healthy[0].getOrSet('k', never, options).catch(() => {});
    await clock.advance(LEASE_MS + 10);
    dying[0].getOrSet('k', never, options).catch(() => {});
    await clock.advance(5 * LEASE_MS);
    const waiting = healthy[1].getOrSet('k', () => 'mine', options);
    await clock.advance(5 * LEASE_MS);
    expect(await healthy[1].get('k')).toBeUndefined();
    die();
    await clock.advance(LEASE_MS + 10);
    expect(await waiting).toBe('mine');
  });

  test('is not kept longer than what is loaded may be stored, when the load never ends', async () => {
    const { c, clock, loads, ask } = await takenOver((clock) => ({ ...memoryTier({ clock }), fenceMs: 5_000 }));
    ask(c, 2);
    await clock.advance(4_900);
    expect(loads[2].runs()).toBe(0);
    await clock.advance(200);
    expect(loads[2].runs()).toBe(1);
  });

  test('is kept from the beginning by a node that has seen it: one load then', async () => {
    const { a, b, c, clock, loads, ask, late, next } = await takenOver();
    await clock.advance(2 * LEASE_MS);
    loads[0].give('LATE');
    loads[1].give('NEW');
    await clock.advance(5);
    await Promise.all([late, next]);
    for (const owner of [a, b]) {
      await c.invalidate({ key: 'k' });
      await clock.advance(5);
      const again = gated<string>();
      const asked = owner.getOrSet('k', again.load, options);
      await clock.advance(LEASE_MS / 2);
      const waiting = ask(c, 2);
      await clock.advance(5 * LEASE_MS);
      again.give('AGAIN');
      await clock.advance(5);
      expect([await asked, await waiting]).toEqual(['AGAIN', 'AGAIN']);
    }
    expect(loads[2].runs()).toBe(0);
  });

  test('leaves no timer behind', async () => {
    const { clock, loads, late, next, idle } = await takenOver();
    await clock.advance(3 * LEASE_MS);
    loads[0].give('LATE');
    loads[1].fail(new Error('down'));
    await clock.advance(5);
    await Promise.allSettled([late, next]);
    expect(clock.pending).toBe(idle);
  });
});

test('a node that is disposed of while its loader goes on holds nobody up', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  await clock.advance(0);
  const deaf = gated<number>();
  const left = a.getOrSet('k', deaf.load, { ...options, leaseMs: 60_000 });
  await clock.advance(0);
  const asked = b.getOrSet('k', () => 2, options);
  await clock.advance(50);
  expect(deaf.runs()).toBe(1);
  await a[Symbol.asyncDispose]();
  await clock.advance(400);
  expect(await asked).toBe(2);
  deaf.give(1);
  expect(await left).toBe(1);
  expect(await b.get('k')).toBe(2);
});
