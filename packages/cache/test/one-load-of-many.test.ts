import { type Cache, memoryTier, type Tier } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

const options = { fill: 'cluster', leaseMs: 5_000, ttlMs: 60_000 } as const;

/** Loads that a test lets end, by the keys they were asked for. */
function loads() {
  const asked: string[] = [];
  const gate = gated<undefined>();
  const after = <T>(ended: Promise<unknown>, value: T) => ended.then(() => value);
  return {
    asked,
    gate,
    one: (cache: Cache, key: string, ended: Promise<unknown> = Promise.resolve()) =>
      cache.getOrSet(
        key,
        () => {
          asked.push(key);
          return after(ended, key);
        },
        options,
      ),
    many: (cache: Cache, keys: readonly string[], ended: Promise<unknown> = Promise.resolve()) =>
      cache.getOrSetMany(
        keys,
        (missing) => {
          asked.push(missing.join());
          return after(ended, missing);
        },
        options,
      ),
  };
}

const values = (...keys: string[]) => new Map(keys.map((key) => [key, key]));

describe('of many keys one load over all nodes', () => {
  test.for([true, false])(
    'waits for what another node loads, and asks for the rest at once (deaf: %s)',
    async (deaf) => {
      const { nodes, clock } = nodesOf(2, { deaf });
      const [a, b] = nodes;
      await clock.advance(0);
      const { asked, gate, one, many } = loads();
      const single = one(a, 'x', gate.load());
      await clock.advance(0);
      const both = many(b, ['x', 'y']);
      await clock.advance(100);
      expect(asked).toEqual(['x', 'y']);
      // What it has loaded itself is there for all.
      expect(await a.get('y')).toBe('y');
      gate.give(undefined);
      await clock.advance(500);
      expect([await single, await both]).toEqual(['x', values('x', 'y')]);
      expect(asked).toEqual(['x', 'y']);
    },
  );

  test('is waited for by one, and by another of many', async () => {
    const { nodes, clock } = nodesOf(3);
    const [a, b, c] = nodes as [Cache, Cache, Cache];
    await clock.advance(0);
    const { asked, gate, one, many } = loads();
    const owner = many(a, ['x', 'y'], gate.load());
    await clock.advance(0);
    const others = [one(b, 'y'), many(c, ['y', 'x'])];
    await clock.advance(1_000);
    expect(asked).toEqual(['x,y']);
    gate.give(undefined);
    await clock.advance(10);
    expect(await Promise.all([owner, ...others])).toEqual([values('x', 'y'), 'y', values('y', 'x')]);
    expect(asked).toEqual(['x,y']);
  });

  test('holds nobody up for ever where each node has the lease of what the other wants', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await clock.advance(0);
    const { asked, gate, one, many } = loads();
    const ended = gate.load();
    const firsts = [one(a, 'x', ended), one(b, 'y', ended)];
    await clock.advance(0);
    const both = [many(a, ['x', 'y', 'z'], ended), many(b, ['y', 'x', 'z'])];
    await clock.advance(10);
    gate.give(undefined);
    await clock.advance(10);
    await Promise.all([...firsts, ...both]);
    expect(asked.sort()).toEqual(['x', 'y', 'z']);
  });

  test('goes over to another node at once where it fails, in one call', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await clock.advance(0);
    const { asked, gate, many } = loads();
    const owner = many(a, ['x', 'y', 'z'], gate.load());
    owner.catch(() => {});
    await clock.advance(0);
    const next = many(b, ['x', 'y', 'z']);
    await clock.advance(10);
    gate.fail(new Error('bad'));
    await clock.advance(10);
    await expect(owner).rejects.toThrow('bad');
    expect(await next).toEqual(values('x', 'y', 'z'));
    expect(asked).toEqual(['x,y,z', 'x,y,z']);
  });

  test('goes over to another node when its time is up', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await clock.advance(0);
    const { asked, gate, many } = loads();
    const owner = many(a, ['x', 'y', 'z'], gate.load());
    await clock.advance(0);
    const next = many(b, ['x', 'y', 'z']);
    await clock.advance(4_900);
    expect(asked).toEqual(['x,y,z']);
    await clock.advance(200);
    expect(await next).toEqual(values('x', 'y', 'z'));
    expect(asked.slice(1).join().split(',').sort()).toEqual(['x', 'y', 'z']);
    gate.give(undefined);
    await owner;
  });

  test('tells of its end in one message', async () => {
    const { nodes, clock, bus } = nodesOf(2);
    await clock.advance(0);
    const { many } = loads();
    let messages = 0;
    const { publish } = bus;
    bus.publish = (...args) => {
      messages++;
      return publish.apply(bus, args);
    };
    await many(nodes[0], ['x', 'y', 'z']);
    await nodes[0].settled();
    expect(messages).toBe(1);
  });
});

test('a lease that is not made use of is given back', async () => {
  const released: string[] = [];
  const clock = new ManualClock(1_700_000_000_000);
  const tier = memoryTier({ clock });
  const counting: Tier = {
    ...tier,
    open(cache) {
      const space = tier.open(cache);
      const release: typeof space.release = (key, owner, call) => {
        released.push(key);
        return space.release(key, owner, call);
      };
      return Object.assign(Object.create(space), { release });
    },
  };
  const { nodes } = nodesOf(1, { clock, tier: counting });
  await clock.advance(0);
  const [cache] = nodes;
  const stale = { ...options, ttlMs: 1_000, graceMs: 60_000, graceThrottleMs: 500 };
  await cache.set('k', 'old', stale);
  await clock.advance(1_000);
  const fail = () => Promise.reject(new Error('database down'));
  expect(await cache.getOrSet('k', fail, stale)).toBe('old');
  expect(await cache.getOrSet('k', fail, stale)).toBe('old');
  await cache.settled();
  expect(released).toEqual(['/k', '/k']);
});
