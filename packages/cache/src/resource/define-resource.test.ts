import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createCache } from '../create-cache.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';

interface Id {
  id: number;
}

const engines = { 'in memory': () => ({}), 'with a second level': () => ({ l2: memoryTier() }) };

for (const [name, options] of Object.entries(engines)) {
  test(`takes ids as they are when it is asked, whatever becomes of them, ${name}`, async () => {
    const cache = createCache(options());
    const asked = { id: 0 };
    const load = async ({ id }: Id) => `user ${id}`;
    const loadMany = async (ids: readonly Id[]) => ids.map(({ id }) => `user ${id}`);
    for (const kind of [{ load }, { loadMany }, { load, loadMany }]) {
      const users = cache.define<Id, string>(Object.keys(kind).join(''), kind);
      const loads = [1, 2, 3].map((id) => {
        asked.id = id;
        return users.get(asked);
      });
      const list = [{ id: 4 }, { id: 5 }, { id: 4 }];
      const many = users.getMany(list);
      const warmed = [{ id: 6 }, { id: 7 }];
      const warming = users.warm(warmed, { concurrency: 1 });
      asked.id = 9;
      for (const one of [...list, ...warmed]) one.id = 9;
      list.length = warmed.length = 1;
      expect(await Promise.all(loads)).toEqual(['user 1', 'user 2', 'user 3']);
      expect(await many).toEqual(['user 4', 'user 5', 'user 4']);
      expect((await warming).loaded).toBe(2);
      for (const id of [1, 2, 3, 4, 5, 6, 7]) expect(users.peek({ id })).toBe(`user ${id}`);
    }
  });
}

test('rejects for an id that has no key, and throws nothing', async () => {
  const cache = createCache();
  const bad = () => 1;
  const users = cache.define<unknown, number>('user', { load: () => 1 });
  const named = cache.define<number, number>('named', {
    load: () => 1,
    key: () => {
      throw new TypeError('a part of nothing');
    },
  });
  const asked = [
    () => users.get(bad),
    () => users.getMany([bad]),
    () => users.set(bad, 1),
    () => users.touch(bad),
    () => users.invalidate(bad),
    () => users.expire(bad),
    () => named.set(1, 1),
    () => named.touch(1),
    () => named.invalidate([1]),
    () => named.expire(1),
  ];
  for (const ask of asked) {
    const answer = ask();
    await expect(answer).rejects.toThrow(/^a part of/);
  }
  await expect(users.warm(null as never)).rejects.toThrow('ids must be an array, got null');
  await expect(users.getMany('ab' as never)).rejects.toThrow('ids must be an array, got "ab"');
});

test('a full batch does not cut the window of the next one short', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const batches: (readonly number[])[] = [];
  const loadMany = async (ids: readonly number[]) => {
    batches.push(ids);
    return ids;
  };
  const users = cache.define<number, number>('user', { loadMany, batch: { maxSize: 2, windowMs: 20 } });
  const first = [users.get(1), users.get(2)];
  await clock.advance(10);
  const second = users.get(3);
  await clock.advance(15);
  expect(batches).toEqual([[1, 2]]);
  await clock.advance(5);
  expect(batches).toEqual([[1, 2], [3]]);
  expect(await Promise.all([...first, second])).toEqual([1, 2, 3]);
});
