import { createHash } from 'node:crypto';
import { chaosTier } from '@xc/cache/testing';
import { isXcError } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { nodesOf } from '../../test/two-nodes.ts';
import { type Cache, createCache, memoryTier } from '../index.ts';
import { type SessionStore, sessionStore } from './index.ts';

interface Cart {
  readonly items: readonly string[];
}

const places: Record<string, () => { clock: ManualClock; a: Cache; b: Cache }> = {
  'in memory': () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    return { clock, a: cache, b: cache };
  },
  'on two nodes that hear each other': () => {
    const { nodes, clock } = nodesOf(2);
    return { clock, a: nodes[0], b: nodes[1] };
  },
  'on two nodes without memory of their own': () => {
    const { nodes, clock } = nodesOf(2, { l1: false, deaf: true });
    return { clock, a: nodes[0], b: nodes[1] };
  },
};

describe.each(Object.entries(places))('sessions %s', (_, open) => {
  const sessions = () => {
    const { clock, a, b } = open();
    return { clock, here: sessionStore<Cart>(a), there: sessionStore<Cart>(b) };
  };

  test('are seen where they were made and on the other node, until they are destroyed', async () => {
    const { here, there } = sessions();
    const id = await here.create({ items: ['a'] });
    expect(await here.get(id)).toEqual({ items: ['a'] });
    expect(await there.get(id)).toEqual({ items: ['a'] });
    await there.destroy(id);
    expect(await here.get(id)).toBeUndefined();
    expect(await here.touch(id)).toBe(false);
  });

  test('lose no change of many at once', async () => {
    const { here, there } = sessions();
    const id = await here.create({ items: [] });
    const done = await Promise.all(
      Array.from({ length: 40 }, (_unused, item) =>
        (item % 2 === 0 ? here : there).update(id, ({ items }) => ({ items: [...items, `${item}`] })),
      ),
    );
    expect(done.every(Boolean)).toBe(true);
    const items = (await here.get(id))?.items ?? [];
    expect([...items].sort((x, y) => Number(x) - Number(y))).toEqual(
      Array.from({ length: 40 }, (_unused, item) => `${item}`),
    );
    expect(await there.get(id)).toEqual({ items });
  });

  test('are not revived by an update that was under way when they were destroyed', async () => {
    const { here, there } = sessions();
    const id = await here.create({ items: [] });
    let destroyed: Promise<void> | undefined;
    const updated = await here.update(id, () => {
      destroyed ??= there.destroy(id);
      return { items: ['late'] };
    });
    await destroyed;
    expect(updated).toBe(false);
    expect(await here.get(id)).toBeUndefined();
    expect(await there.update(id, (cart) => cart)).toBe(false);
  });

  test('are not revived by an update or a new id after all of their subject were destroyed', async () => {
    const { here, there } = sessions();
    for (const change of ['update', 'rotate'] as const) {
      const id = await here.create({ items: [] }, 'ada');
      const other = await here.create({ items: [] }, 'grace');
      const ended = there.destroyAll('ada');
      const late = change === 'update' ? here.update(id, () => ({ items: ['late'] })) : here.rotate(id);
      await ended;
      const answer = await late;
      expect(await here.get(id)).toBeUndefined();
      if (typeof answer === 'string') expect(await here.get(answer)).toBeUndefined();
      expect(await there.get(other)).toEqual({ items: [] });
    }
  });

  test('still belong to their subject after an update and under a new id', async () => {
    const { here, there } = sessions();
    const id = await here.create({ items: [] }, 'ada');
    await here.update(id, () => ({ items: ['a'] }));
    const next = (await there.rotate(id)) as string;
    expect(await here.get(next)).toEqual({ items: ['a'] });
    await here.destroyAll('ada');
    expect(await there.get(next)).toBeUndefined();
  });

  test('keep their data under a new id, and have one only', async () => {
    const { here, there } = sessions();
    const id = await here.create({ items: ['a'] });
    const [first, second] = await Promise.all([here.rotate(id), there.rotate(id)]);
    const ids = [first, second].filter((one) => one !== undefined);
    expect(ids).toHaveLength(1);
    expect(ids[0]).not.toBe(id);
    expect(await there.get(ids[0] as string)).toEqual({ items: ['a'] });
    expect(await here.get(id)).toBeUndefined();
    expect([await here.touch(id), await here.update(id, (cart) => cart), await here.rotate(id)]).toEqual([
      false,
      false,
      undefined,
    ]);
  });

  test('end when nobody uses them, and in any case when they are old', async () => {
    const { clock, here, there } = sessions();
    const idle = await here.create({ items: [] });
    const used = await here.create({ items: [] });
    for (let minutes = 0; minutes < 60; minutes += 20) {
      await clock.advance(20 * 60_000);
      expect(await (minutes === 20 ? here : there).get(used)).toEqual({ items: [] });
    }
    expect(await here.get(idle)).toBeUndefined();
    for (let minutes = 60; minutes < 700; minutes += 20) {
      await clock.advance(20 * 60_000);
      if (minutes % 100 === 0) expect(await here.update(used, (cart) => cart)).toBe(true);
      else expect(await there.touch(used)).toBe(true);
    }
    expect(await there.get(used)).toBeDefined();
    await clock.advance(20 * 60_000);
    expect(await there.get(used)).toBeUndefined();
    expect(await here.update(used, (cart) => cart)).toBe(false);
  });
});

test('gives ids of 32 random bytes, and stores nothing under them', async () => {
  const tier = memoryTier();
  const keys: string[] = [];
  const recording = {
    ...tier,
    open: (cache: Parameters<typeof tier.open>[0]) => {
      const space = tier.open(cache);
      return {
        ...space,
        set: (...[sets, call]: Parameters<typeof space.set>) => {
          keys.push(...sets.map(({ key }) => key));
          return space.set(sets, call);
        },
      };
    },
  };
  const sessions = sessionStore(createCache({ l2: recording }));
  const ids = await Promise.all(Array.from({ length: 20 }, () => sessions.create({})));
  expect(new Set(ids).size).toBe(20);
  for (const id of ids) {
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    expect(keys.join('\n')).not.toContain(id);
    expect(keys.join('\n')).toContain(createHash('sha256').update(id).digest('hex'));
  }
});

test('takes ids from a given random, for tests', async () => {
  const ids = async () => sessionStore(createCache(), { random: new SeededRandom(7) }).create(1);
  expect(await ids()).toBe(await ids());
});

test('knows no session of what is no id', async () => {
  const sessions = sessionStore(createCache());
  for (const id of ['', 'x', `${'a'.repeat(42)}!`, 7 as never, undefined as never]) {
    expect(await sessions.get(id)).toBeUndefined();
    expect(await sessions.touch(id)).toBe(false);
    expect(await sessions.update(id, (data) => data)).toBe(false);
    expect(await sessions.rotate(id)).toBeUndefined();
    await sessions.destroy(id);
  }
});

test('passes on what a change throws, and refuses one that is not done at once', async () => {
  const sessions = sessionStore<number>(createCache());
  const id = await sessions.create(1);
  const failure = new Error('no');
  await expect(
    sessions.update(id, () => {
      throw failure;
    }),
  ).rejects.toBe(failure);
  await expect(sessions.update(id, (async () => 2) as never)).rejects.toThrow(
    'change must return the data, got a promise',
  );
  expect(await sessions.get(id)).toBe(1);
});

test('says when the second level is away, and still ends a session here and, later, everywhere', async () => {
  const clock = new ManualClock();
  const plan = { fail: 0 };
  const tier = memoryTier({ clock });
  const cache = createCache({ clock, l2: chaosTier(tier, plan), recovery: { retryMs: 100 } });
  const other = sessionStore<number>(createCache({ clock, l2: tier, l1: false }));
  const sessions = sessionStore<number>(cache);
  const id = await sessions.create(1);
  plan.fail = 1;
  const failures = await Promise.allSettled([
    sessions.create(2),
    sessions.update(id, (count) => count + 1),
    sessions.rotate(id),
    sessions.destroy(id),
  ]);
  for (const failure of failures) {
    expect(isXcError((failure as PromiseRejectedResult).reason, 'XC_CACHE_UNAVAILABLE')).toBe(true);
  }
  expect(await sessions.get(id)).toBeUndefined();
  plan.fail = 0;
  await clock.advance(60_000);
  expect(await other.get(id)).toBeUndefined();
});

test('makes no session of what other nodes would not see, and changes none to it', async () => {
  const { nodes } = nodesOf(2, { maxValueBytes: 1_000 });
  const [here, there] = nodes.map((node) => sessionStore<unknown>(node)) as [
    SessionStore<unknown>,
    SessionStore<unknown>,
  ];
  const cycle: unknown[] = [];
  cycle.push(cycle);
  for (const [data, error] of [
    [1n, TypeError],
    [cycle, TypeError],
    ['x'.repeat(2_000), RangeError],
    [() => 1, TypeError],
    [Symbol('x'), TypeError],
    [{ toJSON: () => undefined }, TypeError],
  ] as const) {
    await expect(here.create(data)).rejects.toThrow(error);
    const id = await here.create('small');
    await expect(here.update(id, () => data)).rejects.toThrow(error);
    expect([await here.get(id), await there.get(id)]).toEqual(['small', 'small']);
  }
  const date = new Date(0);
  expect(await there.get(await here.create(date))).toBe(date.toJSON());
  // In one memory alone there is nobody else.
  const alone = sessionStore<bigint>(createCache());
  expect(await alone.get(await alone.create(1n))).toBe(1n);
});

test('refuses wrong options and what is no cache of ours', () => {
  const cache = createCache();
  expect(() => sessionStore(cache, { idleMs: 0 })).toThrow('idleMs must be greater than 0 or Infinity, got 0');
  expect(() => sessionStore(cache, { absoluteMs: '1h' as never })).toThrow(TypeError);
  expect(() => sessionStore(cache, { idle: 5 } as never)).toThrow(TypeError);
  expect(() => sessionStore({} as never)).toThrow('cache must be one of createCache, got object');
});

test('has the type of its data', () => {
  expectTypeOf(sessionStore<Cart>(createCache())).toEqualTypeOf<SessionStore<Cart>>();
});
