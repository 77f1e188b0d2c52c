import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import { revive } from '../../test/vectors/revive.ts';
import { createCache } from '../create-cache.ts';
import { type CachedQueryOptions, cachedQuery } from './cached-query.ts';

function database(options: CachedQueryOptions<string> = {}) {
  const cache = createCache({ clock: new ManualClock() });
  const ran: string[] = [];
  const run = async (sql: string, params: readonly unknown[]) => {
    ran.push(sql);
    if (sql.includes('broken')) throw new Error('syntax');
    return `${sql} ${params.length} #${ran.length}`;
  };
  return { cache, ran, run, query: cachedQuery(cache, run, options) };
}

describe('keys', () => {
  for (const { a, b, same, why } of vectors.sqlKey) {
    test(`${same ? 'agree' : 'differ'}: ${why}`, async () => {
      const { ran, query } = database();
      for (const { sql, params } of [a, b] as { sql: string; params?: unknown[] }[]) {
        await query(sql, revive(params ?? []) as unknown[]);
      }
      expect(ran).toHaveLength(same ? 1 : 2);
    });
  }

  test('hold queries of two scopes apart', async () => {
    const { cache, ran, run } = database();
    await cachedQuery(cache, run, { scope: 'a' })('select 1');
    await cachedQuery(cache, run, { scope: 'b' })('select 1');
    await cachedQuery(cache, run, { scope: 'b' })('  select 1 ; ');
    expect(ran).toHaveLength(2);
  });
});

test('runs what is not a plain read each time', async () => {
  const { ran, query } = database();
  for (const sql of ['select now()', 'select * from t for update', 'commit', 'select 1; select 2', 'delete from t']) {
    await query(sql);
    await query(sql);
  }
  expect(ran).toHaveLength(10);
});

test('gives all callers of one read the rows of one run', async () => {
  const { ran, query } = database();
  const rows = await Promise.all(Array.from({ length: 20 }, () => query('select * from t where a = $1', [1])));
  expect([ran.length, new Set(rows).size]).toEqual([1, 1]);
});

test('forgets what was read from a table when it is written, and nothing else', async () => {
  const { ran, query } = database();
  const users = () => query('select * from users', [], { tables: ['public.Users'], tags: ['mine'] });
  const orders = () => query('select * from orders', [], { tables: ['orders'] });
  const [before, other] = [await users(), await orders()];
  await query.write('update users set a = 1', [], ['users']);
  expect(await users()).not.toBe(before);
  expect(await orders()).toBe(other);
  await query('insert into orders values (1)', [], { tables: ['orders'] });
  expect(await orders()).not.toBe(other);
  expect((await query.invalidateTables('orders', 'users')).delivered).toBe(true);
  ran.length = 0;
  await Promise.all([users(), orders()]);
  expect(ran).toHaveLength(2);
});

test('stores no rows that were read while their table was written', async () => {
  const cache = createCache({ clock: new ManualClock() });
  let finish: (rows: string) => void = () => {};
  const answers = [new Promise<string>((resolve) => (finish = resolve)), Promise.resolve('NEW')];
  const query = cachedQuery<string>(cache, () => answers.shift() as Promise<string>);
  const old = query('select * from t', [], { tables: ['t'] });
  await query.invalidateTables('t');
  finish('OLD');
  expect(await old).toBe('OLD');
  expect(await query('select * from t', [], { tables: ['t'] })).toBe('NEW');
});

test('stores nothing of a query that failed, and forgets nothing for a write that did', async () => {
  const { ran, query } = database();
  await expect(query('select broken')).rejects.toThrow('syntax');
  await expect(query('select broken')).rejects.toThrow('syntax');
  expect(ran).toHaveLength(2);
  const read = () => query('select 1', [], { tables: ['t'] });
  const before = await read();
  await expect(query.write('update broken', [], ['t'])).rejects.toThrow('syntax');
  expect(await read()).toBe(before);
});

test('joins tags of the options, of the call and of the tables', async () => {
  const { cache, query } = database({ tags: (rows) => [`first:${rows.slice(0, 3)}`] });
  const before = await query('select 1', [], { tables: ['t'] });
  await cache.invalidate({ tags: ['first:sel'] });
  const after = await query('select 1', [], { tables: ['t'] });
  expect(after).not.toBe(before);
  await query.invalidateTables('t');
  expect(await query('select 1', [], { tables: ['t'] })).not.toBe(after);
});

test('refuses what it cannot use', async () => {
  const { cache, query } = database();
  expect(() => cachedQuery(cache, 'select' as never)).toThrow('run must be a function, got string');
  expect(() => cachedQuery(cache, async () => 1, { scope: 1 as never })).toThrow('scope must be a string, got number');
  await expect(query('select 1', [], { tables: [''] })).rejects.toThrow(TypeError);
  await expect(query(1 as never)).rejects.toThrow('sql must be a string, got number');
});

test('refuses parameters and tables that are no list, and what is no cache, before anything runs', async () => {
  const { cache, ran, run, query } = database();
  const wrong: (() => Promise<unknown>)[] = [
    () => query.write('delete from users', [], 'users' as never),
    () => query.write('delete from users', [], [''] as never),
    () => query.write('delete from users', {} as never, ['users']),
    () => query('select 1', 5 as never),
    () => query('select 1', [], { tables: 'users' as never }),
  ];
  for (const ask of wrong)
    await expect(ask()).rejects.toThrow(/^(params|tables) must be an array|^a table must be a name/);
  expect(() => cachedQuery({} as never, run)).toThrow('cache must be a cache, got object');
  expect(() => cachedQuery(cache, 1 as never)).toThrow('run must be a function');
  expect(ran).toEqual([]);
});
