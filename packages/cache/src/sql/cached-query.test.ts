import { ManualClock } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import { revive } from '../../test/vectors/revive.ts';
import { createCache } from '../create-cache.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
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

  test.for<[string, string]>([
    ['select v from t --\r where id=1', 'select v from t --\r where id=2'],
    ['select a\u00a0b from t', 'select a b from t'],
    ['select a\vb from t', 'select a b from t'],
    ['select "a\u00a0b" from t', 'select "a b" from t'],
    ['select [a  b] from t', 'select [a b] from t'],
  ])('hold %j and %j apart', async ([one, other]) => {
    const { ran, query } = database();
    await query(one);
    await query(other);
    expect(ran).toEqual([one, other]);
  });

  test('take all white space that every server knows for one', async () => {
    const { ran, query } = database();
    for (const gap of [' ', '\t', '\n', '\f', '\r', '\r\n', ' -- why\r\n']) await query(`select${gap}1`);
    expect(ran).toHaveLength(1);
  });

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

test('asks for the rows of the parameters as they were, whatever becomes of the list', async () => {
  for (const l2 of [undefined, memoryTier()]) {
    const cache = createCache(l2 && { l2 });
    const query = cachedQuery(cache, async (_sql, params) => {
      const [id, { at }] = params as [number, { at: number }];
      return `${id} at ${at}`;
    });
    const read = (params: readonly unknown[]) => query('select * from t where id = $1 and at = $2', params);
    const params = [0, { at: 0 }] as [number, { at: number }];
    const reads = [1, 2, 3].map((id) => {
      params[0] = id;
      params[1].at = id;
      return read(params);
    });
    expect(await Promise.all(reads)).toEqual(['1 at 1', '2 at 2', '3 at 3']);
    expect(await read([1, { at: 1 }])).toBe('1 at 1');
  }
});

test.for<[unknown, RegExp]>([
  [{ ttlMs: '5m' }, /^ttlMs must be a number of milliseconds, got "5m"/],
  [{ ttlMs: 0 }, /^ttlMs must be greater than 0/],
  [{ jitter: 1 }, /^jitter must be in/],
  [{ scop: 'x' }, /^unknown option scop of options; did you mean scope/],
  [{ tables: ['t'] }, /^unknown option tables/],
  [{ tags: Array.from({ length: 33 }, (_, n) => `t${n}`) }, /^tags must be at most 32/],
  [5, /^options must be an object, got number/],
  [null, /^options must be an object, got null/],
])('refuses %j for its options at once', async ([options, message]) => {
  expect(() => cachedQuery(createCache(), async () => 1, options as never)).toThrow(message);
});

test('rejects for options and tables that cannot be, and throws nothing', async () => {
  const { ran, query } = database();
  for (const sql of ['select 1', 'select now()', 'delete from t']) {
    for (const options of [null, 5, []]) {
      await expect(query(sql, [], options as never)).rejects.toThrow(/^options must be an object/);
    }
  }
  for (const table of ['', 5, null]) {
    const forgetting = query.invalidateTables(table as never);
    await expect(forgetting).rejects.toThrow(/^a table must be a name/);
  }
  expect(ran).toEqual([]);
});

test('runs nothing once the cache is disposed of, not even what is never remembered', async () => {
  const { cache, ran, query } = database();
  await cache[Symbol.asyncDispose]();
  const closed = { code: 'XC_CACHE_CLOSED' };
  for (const sql of ['select 1', 'select now()', 'update t set a = 1', 'commit']) {
    await expect(query(sql)).rejects.toMatchObject(closed);
  }
  await expect(query.write('update t set a = 1', [], ['t'])).rejects.toMatchObject(closed);
  await expect(query.invalidateTables('t')).rejects.toMatchObject(closed);
  expect(ran).toEqual([]);
});

test('rejects tags that are no array of strings, of a call as of a function', async () => {
  const { query, cache, ran } = database();
  const message = 'tags must be an array of strings';
  for (const tags of ['abc', 5]) await expect(query('select 1', [], { tags: tags as never })).rejects.toThrow(message);
  expect(ran).toEqual([]);
  for (const tags of ['abc', 5]) {
    await expect(query('select 1', [], { tags: (() => tags) as never })).rejects.toThrow(message);
  }
  expect(cache.stats().items).toBe(0);
});

test('writes nothing that is no statement', async () => {
  const { query, ran } = database();
  await expect(query.write(5 as never, [], ['t'])).rejects.toThrow('sql must be a string, got number');
  expect(ran).toEqual([]);
});

test('settles at once with the reason of a signal, also where nothing is remembered', async () => {
  const reason = new Error('gone');
  const ran: string[] = [];
  const query = cachedQuery(createCache(), (sql) => new Promise(() => ran.push(sql)));
  const texts = ['select 1', 'select now()', 'select * from t for update', 'delete from t', 'commit'];
  for (const sql of texts) await expect(query(sql, [], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(ran).toEqual([]);
  for (const sql of texts) {
    const controller = new AbortController();
    const rows = query(sql, [], { signal: controller.signal });
    rows.catch(() => {});
    await vi.waitUntil(() => ran.at(-1) === sql, { timeout: 20_000 });
    controller.abort(reason);
    await expect(rows).rejects.toBe(reason);
  }
  await expect(query('select now()', [], { signal: 5 as never })).rejects.toThrow('signal must be an AbortSignal');
});

test('forgets what a write changed whose caller has left meanwhile', async () => {
  const { cache, query } = database();
  const read = () => query('select * from t', [], { tables: ['t'] });
  const before = await read();
  let write: (rows: string) => void = () => {};
  let signalOfRun: AbortSignal | undefined;
  const slow = cachedQuery<string>(cache, (_sql, _params, { signal }) => {
    signalOfRun = signal;
    return new Promise((resolve) => (write = resolve));
  });
  const controller = new AbortController();
  const left = slow('update t set a = 1', [], { tables: ['t'], signal: controller.signal });
  left.catch(() => {});
  await vi.waitUntil(() => signalOfRun !== undefined, { timeout: 20_000 });
  controller.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(signalOfRun?.aborted).toBe(false);
  write('done');
  await vi.waitUntil(async () => (await read()) !== before, { timeout: 20_000 });
});
