import pg from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import type { Place } from '../moving/data-adapter.ts';
import { type PgAdapter, pgAdapter } from './pg-adapter.ts';
import type { PgShards } from './pg-pool.ts';
import type { PgTable } from './table-options.ts';

const { signal } = new AbortController();
const at = (shard: string): Place => ({ shard, partition: 1, moveId: 'm', mover: 1 });

let db: PgDatabases;
afterEach(() => db[Symbol.asyncDispose]());

const tables: readonly PgTable[] = [
  { name: 'account', key: 'id', partition: 'part' },
  { name: 'order "1"', key: ['account', 'no'], partition: 'part' },
];
const DDL = `create table account (id text collate "C" primary key, part int not null, email text unique, parent text references account);
  create table "order ""1""" (account text collate "C" references account on delete cascade, no int, part int not null,
    at timestamptz default now(), primary key (account, no));
  create function touched() returns trigger language plpgsql as $$ begin new.at := '2000-01-01'; return new; end $$;
  create trigger touch before insert or update on "order ""1""" for each row execute function touched()`;

async function opened(shards?: (db: PgDatabases) => PgShards): Promise<PgAdapter> {
  db = await pgDatabases(inject('postgres').slice(0, 2));
  await db.everywhere(DDL);
  await pgAdapter({ shards: db.shards, tables, partitions: 4, schema: db.schema }).install();
  return pgAdapter({ shards: shards?.(db) ?? db.shards, tables, partitions: 4, schema: db.schema });
}

const copy = async (adapter: PgAdapter, keys: readonly string[]) => {
  const rows = new Map((await adapter.read(at('a'), keys, signal)).map((row) => [row.key, row]));
  await adapter.apply(
    at('b'),
    keys.map((key) => ({ key, row: rows.get(key) })),
    signal,
  );
};
const same = async (adapter: PgAdapter) =>
  expect(await adapter.digest(at('b'), 4, signal)).toEqual(await adapter.digest(at('a'), 4, signal));

describe('tables that belong together', () => {
  test('are one space of keys, in their order', async () => {
    const adapter = await opened();
    await db.rows('a', `insert into account values ('b', 1), ('a', 1), ('["', 1)`);
    await db.rows('a', `insert into "order ""1""" values ('b', 2, 1), ('b', 10, 1), ('a', 3, 1)`);
    for (const limit of [1, 2, 3, 4, 7]) {
      const keys: string[] = [];
      let after: string | undefined;
      do {
        const { rows, next } = await adapter.scan(at('a'), after, limit, signal);
        expect(rows.length).toBeLessThanOrEqual(limit);
        keys.push(...rows.map(({ key }) => key));
        after = next;
      } while (after !== undefined);
      expect(keys.map((key) => JSON.parse(key))).toEqual([
        ['account', '["'],
        ['account', 'a'],
        ['account', 'b'],
        ['order "1"', 'a', '3'],
        ['order "1"', 'b', '2'],
        ['order "1"', 'b', '10'],
      ]);
    }
    await expect(adapter.read(at('a'), ['["nowhere","x"]'], signal)).rejects.toThrow(TypeError);
    expect(await adapter.count?.(at('a'), signal)).toBe(6);
    const [row] = (await adapter.hashes?.(at('a'), ['["order \\"1\\"","b","10"]'], signal)) ?? [];
    const all = await adapter.bucket(at('a'), 0, 1, signal);
    expect(all).toContainEqual(row);
  });

  test('are applied so that who is referred to is there, and purged the other way', async () => {
    const adapter = await opened();
    await adapter.startCapture(at('a'), signal);
    await db.rows('a', `insert into account values ('a', 1, 'x@y', null), ('b', 1, null, 'a')`);
    await db.rows('a', `insert into "order ""1""" values ('a', 1, 1), ('b', 2, 1)`);
    const { keys, ack } = await adapter.changes(at('a'), 10, signal);
    await copy(adapter, [...keys].reverse());
    await same(adapter);
    await adapter.acknowledge(at('a'), ack as string, signal);
    // Both a cascade and what is deleted by hand are changes like others.
    await db.rows('a', `delete from account where id = 'b'`);
    const later = await adapter.changes(at('a'), 10, signal);
    expect(later.keys).toHaveLength(2);
    await copy(adapter, later.keys);
    await same(adapter);
    expect(await db.rows('b', 'select count(*)::int as n from account')).toEqual([{ n: 1 }]);
    expect(await adapter.purge(at('b'), 1, signal)).toBe(1);
    expect(await db.rows('b', 'select count(*)::int as n from account')).toEqual([{ n: 1 }]);
    expect(await adapter.purge(at('b'), 5, signal)).toBe(1);
  });

  test('keep what their triggers have made of a row', async () => {
    const adapter = await opened();
    await db.rows('a', `insert into account values ('a', 1)`);
    await db.rows('a', `insert into "order ""1""" values ('a', 1, 1)`);
    await db.rows(
      'a',
      `begin; set local xc.mover = '1'; set local session_replication_role = replica;
      update "order ""1""" set at = '2026-01-01'; commit`,
    );
    await copy(adapter, ['["account","a"]', '["order \\"1\\"","a","1"]']);
    await same(adapter);
  });

  test('give way where a value that must be there once has gone from row to row', async () => {
    const adapter = await opened();
    await db.rows('a', `insert into account values ('a', 1, 'one@x'), ('b', 1, 'two@x')`);
    await copy(adapter, ['["account","a"]', '["account","b"]']);
    await db.rows('a', `update account set email = 'new@x' where id = 'b'`);
    await db.rows('a', `update account set email = 'two@x' where id = 'a'`);
    // The change of b is still on its way, and comes.
    await copy(adapter, ['["account","a"]']);
    await copy(adapter, ['["account","b"]']);
    await same(adapter);
    expect(await db.rows('b', 'select id, email from account order by id')).toEqual([
      { id: 'a', email: 'two@x' },
      { id: 'b', email: 'new@x' },
    ]);
  });

  test('give way where rows that exclude each other have changed places', async () => {
    db = await pgDatabases(inject('postgres').slice(0, 2));
    await db.everywhere(`create table slot (id text primary key, part int not null, room int4range, at int4range,
      exclude using gist (room with =, at with &&))`);
    const slots = [{ name: 'slot', key: 'id', partition: 'part' }];
    const adapter = pgAdapter({ shards: db.shards, tables: slots, partitions: 4, schema: db.schema });
    await adapter.install();
    const insert = (id: string, from: number) =>
      db.rows('a', `insert into slot values ($1, 1, '[1,2)', int4range($2, $3))`, [id, from, from + 10]);
    for (const [id, from] of [
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ] as const)
      await insert(id, from);
    await copy(adapter, ['a', 'c']);
    await db.rows('a', `delete from slot where id = 'a'`);
    await db.rows('a', `update slot set at = '[10,20)' where id = 'b'`);
    await insert('a', 20);
    // The change of a is still on its way, and comes.
    await copy(adapter, ['b']);
    await copy(adapter, ['a']);
    await same(adapter);
    expect(await db.rows('b', 'select id, lower(at) as at from slot order by id')).toEqual([
      { id: 'a', at: 20 },
      { id: 'b', at: 10 },
      { id: 'c', at: 30 },
    ]);
  });

  test('belong to somebody else where the row is of another partition', async () => {
    const adapter = await opened();
    await db.rows('a', `insert into account values ('a', 1, null), ('c', 1, 'same@x')`);
    await db.rows('b', `insert into account values ('a', 2, null), ('d', 2, 'same@x')`);
    await expect(copy(adapter, ['["account","a"]'])).rejects.toMatchObject({ code: 'XC002' });
    await expect(copy(adapter, ['["account","c"]'])).rejects.toMatchObject({ code: '23505' });
    await adapter.apply(at('b'), [{ key: '["account","a"]', row: undefined }], signal);
    expect(await db.rows('b', 'select id, part, email from account order by id')).toEqual([
      { id: 'a', part: 2, email: null },
      { id: 'd', part: 2, email: 'same@x' },
    ]);
  });

  test('are moved by a role that may not write as replication does', async () => {
    const pools: pg.Pool[] = [];
    const role = `app_${Math.trunc(performance.now() * 1_000)}`;
    const adapter = await opened((own) => {
      const as = Object.entries(own.shards).map(([id, { options }]) => {
        const connection = { ...options, options: `${options.options} -c role=${role}` };
        const pool = new pg.Pool(connection);
        pools.push(pool);
        return [id, pool];
      });
      return Object.fromEntries(as);
    });
    const schema = db.schema.slice(0, -3);
    await db.rows('a', `create role ${role}`);
    try {
      await db.everywhere(`grant usage on schema ${schema}, ${db.schema} to ${role};
        grant all on all tables in schema ${schema} to ${role}; grant all on all tables in schema ${db.schema} to ${role};
        drop trigger touch on "order ""1"""; create table audit (id text); grant all on audit to ${role};
        create function audited() returns trigger language plpgsql as
          $$ begin insert into audit values (coalesce(new.id, old.id)); return null; end $$;
        create trigger audited after insert or delete on account for each row execute function audited()`);
      await db.rows('a', `insert into account values ('a', 1, 'x@y', null), ('b', 1, null, 'a')`);
      await db.rows('a', `insert into "order ""1""" values ('a', 1, 1), ('b', 2, 1)`);
      const keys = ['["order \\"1\\"","a","1"]', '["order \\"1\\"","b","2"]', '["account","b"]', '["account","a"]'];
      await copy(adapter, keys);
      await same(adapter);
      await adapter.fence(at('a'), 2, signal);
      expect(await adapter.purge(at('a'), 10, signal)).toBe(4);
      // What the application's triggers do, they do in its tables.
      expect(await db.rows('b', 'select id from audit order by id')).toEqual([{ id: 'a' }, { id: 'b' }]);
    } finally {
      for (const pool of pools) await pool.end();
      await db.everywhere(`drop owned by ${role}`);
      await db.rows('a', `drop role ${role}`);
    }
  });
});

describe('a value that a database gives once', () => {
  const ddl = `create table ticket (id text primary key, part int not null, no bigint generated always as identity, v text);
    create table note (ticket text references ticket, no int generated always as identity, part int not null, primary key (ticket, no))`;
  const both = [
    { name: 'ticket', key: 'id', partition: 'part' },
    { name: 'note', key: ['ticket', 'no'], partition: 'part' },
  ];

  test('is what it is at the source, also of a row that was deleted there and inserted again', async () => {
    db = await pgDatabases(inject('postgres').slice(0, 2));
    await db.everywhere(ddl);
    const adapter = pgAdapter({ shards: db.shards, tables: both, partitions: 4, schema: db.schema });
    await adapter.install();
    const keys = ['["ticket","a"]', '["ticket","b"]', '["note","a","1"]'];
    await db.rows('a', `insert into ticket (id, part, v) values ('a', 1, 'old'), ('b', 1, 'old')`);
    await db.rows('a', `insert into note (ticket, part) values ('a', 1)`);
    await copy(adapter, keys);
    await same(adapter);
    await db.rows('a', `delete from note; delete from ticket where id = 'a'`);
    await db.rows('a', `insert into ticket (id, part, v) values ('a', 1, 'new')`);
    await db.rows('a', `insert into note (ticket, no, part) overriding system value values ('a', 1, 1)`);
    await db.rows('a', `update ticket set v = 'new' where id = 'b'`);
    // Who refers to the row stays.
    await copy(adapter, keys.slice(0, 2));
    await same(adapter);
    expect(await db.rows('b', 'select id, no::int, v from ticket order by id')).toEqual([
      { id: 'a', no: 3, v: 'new' },
      { id: 'b', no: 2, v: 'new' },
    ]);
  });
});

describe('a table with partitions of its own', () => {
  test('is moved as one, those that come later too', async () => {
    db = await pgDatabases(inject('postgres').slice(0, 2));
    await db.everywhere(`create table event (id int, at date, part int not null, primary key (id, at)) partition by range (at);
      create table event_1 partition of event for values from ('2026-01-01') to ('2026-02-01')`);
    const events = [{ name: 'event', key: ['id', 'at'], partition: 'part' }];
    const adapter = pgAdapter({ shards: db.shards, tables: events, partitions: 4, schema: db.schema });
    await adapter.install();
    await adapter.install();
    await db.everywhere(`create table event_2 partition of event for values from ('2026-02-01') to ('2026-03-01')`);
    await adapter.startCapture(at('a'), signal);
    await db.rows('a', `insert into event values (1, '2026-01-05', 1), (2, '2026-02-05', 1), (3, '2026-02-05', 2)`);
    await db.rows('a', `update event set at = '2026-02-07' where id = 1`);
    const { keys } = await adapter.changes(at('a'), 10, signal);
    expect(keys.map((key) => JSON.parse(key)).sort()).toEqual([
      ['1', '2026-01-05'],
      ['1', '2026-02-07'],
      ['2', '2026-02-05'],
    ]);
    await copy(adapter, keys);
    await same(adapter);
    await adapter.fence(at('a'), 2, signal);
    await expect(db.rows('a', `delete from event_2 where id = 2`)).rejects.toMatchObject({ code: 'XC001' });
    expect(await adapter.purge(at('a'), 10, signal)).toBe(2);
  });
});

describe('a mover that stops in the middle of a transaction', () => {
  test('keeps its place for some seconds only, and what it had in hand has no effect', async () => {
    db = await pgDatabases(inject('postgres').slice(0, 2));
    await db.everywhere('create table item (id int primary key, part int not null)');
    const items = [{ name: 'item', key: 'id', partition: 'part' }];
    const options = { tables: items, partitions: 4, schema: db.schema };
    const adapter = pgAdapter({ ...options, shards: db.shards });
    await adapter.install();
    let isStopped = false;
    let goOn: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const pool = db.pool('b');
    const slow = {
      query: (text: string, values?: unknown[]) => pool.query(text, values),
      async connect() {
        const client = await pool.connect();
        return {
          async query(text: string, values?: unknown[]) {
            if (isStopped) await stopped;
            isStopped ||= JSON.stringify(text).includes('begin');
            return await client.query(text, values);
          },
          release: (error?: boolean | Error) => client.release(error),
          on: (event: 'error', listener: () => void) => client.on(event, listener),
          removeListener: (event: 'error', listener: () => void) => client.removeListener(event, listener),
        };
      },
    };
    const mover = pgAdapter({ ...options, shards: { b: slow } });
    await db.rows('a', 'insert into item values (1, 1)');
    const [row] = await adapter.read(at('a'), ['1'], signal);
    const applied = mover.apply(at('b'), [{ key: '1', row }], signal).then(
      () => 'applied',
      () => 'refused',
    );
    await expect.poll(() => isStopped).toBe(true);
    const since = performance.now();
    await adapter.claim({ ...at('b'), mover: 2 }, signal);
    expect(performance.now() - since).toBeLessThan(8_000);
    goOn();
    expect(await applied).toBe('refused');
    expect(await db.rows('b', 'select * from item')).toEqual([]);
  });
});
