import pg from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import type { Place } from '../moving/data-adapter.ts';
import { pgAdapter } from './pg-adapter.ts';
import type { PgTable } from './table-options.ts';

const { signal } = new AbortController();
const item: PgTable = { name: 'item', key: 'id', partition: 'xc_partition' };

let db: PgDatabases;
afterEach(() => db[Symbol.asyncDispose]());

async function opened(ddl: string): Promise<void> {
  db = await pgDatabases(inject('postgres').slice(2, 4), { max: 20 });
  await db.everywhere(ddl);
}
const adapterOf = (tables: readonly PgTable[] = [item]) =>
  pgAdapter({ shards: db.shards, tables, partitions: 32, schema: db.schema });
const triggers = (table = 'item') =>
  db.rows(
    'a',
    'select tgname, tgenabled from pg_trigger where tgrelid = $1::regclass and not tgisinternal order by 1',
    [table],
  );

describe('install', () => {
  test('may be called by many at once, again and again, and makes everything once', async () => {
    await opened('create table item (id int primary key, xc_partition int not null)');
    await Promise.all(Array.from({ length: 5 }, () => adapterOf().install()));
    await adapterOf().install();
    expect(await triggers()).toEqual([
      { tgname: `${db.schema}_guard`, tgenabled: 'A' },
      { tgname: `${db.schema}_statement`, tgenabled: 'A' },
      { tgname: `${db.schema}_truncate`, tgenabled: 'A' },
    ]);
    const rows = `select count(*)::int as n, min(partition) as first, max(partition) as last from ${db.schema}.partition`;
    for (const shard of ['a', 'b']) expect(await db.rows(shard, rows)).toEqual([{ n: 32, first: 0, last: 31 }]);
  });

  test('waits for writers without holding up others, and touches nothing that is there', async () => {
    await opened('create table item (id int primary key, xc_partition int not null)');
    const writer = await db.pool('a').connect();
    await writer.query('begin; insert into item values (1, 1)');
    const installed = adapterOf().install();
    for (let id = 2; id < 6; id += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await db.rows('a', 'insert into item values ($1, 1)', [id]);
    }
    expect(await triggers()).toEqual([]);
    await writer.query('commit');
    await installed;
    expect(await triggers()).toHaveLength(3);
    await writer.query('begin; insert into item values (7, 1)');
    await adapterOf().install();
    await writer.query('commit');
    writer.release();
    expect(await db.rows('a', 'select count(*)::int as n from item')).toEqual([{ n: 6 }]);
  });

  test('is undone by uninstall, which leaves what is not ours', async () => {
    await opened(
      'create table item (id int primary key, xc_partition int not null); create table other (like item including all)',
    );
    const both = adapterOf([item, { ...item, name: 'other' }]);
    await both.install();
    await adapterOf().uninstall();
    expect([await triggers(), await triggers('other')]).toEqual([[], []]);
    const schemas = 'select nspname from pg_namespace where nspname = $1';
    expect(await db.rows('a', schemas, [db.schema])).toEqual([]);
    await db.rows('a', 'insert into item values (1, 4711)');
    await adapterOf().uninstall();
    await both.install();
    await db.rows('a', `create table ${db.schema}.theirs (n int)`);
    await both.uninstall();
    expect(
      await db.rows('a', 'select count(*)::int as n from pg_class where relnamespace = to_regnamespace($1)', [
        db.schema,
      ]),
    ).toEqual([{ n: 1 }]);
  });

  test('refuses tables whose rows could not be moved, and says why', async () => {
    await opened(`create table item (id int primary key, xc_partition int not null, name text);
      create table loose (id int, xc_partition int, part text);
      create table half (id int unique, no int not null, xc_partition int, unique (no, id));
      create table child (id int primary key, xc_partition int, item int references item)`);
    const refused = async (tables: readonly PgTable[], why: string) => {
      const install = adapterOf(tables).install();
      await expect(install).rejects.toMatchObject({ code: 'XC_SHARD_TABLE_UNFIT' });
      await expect(install).rejects.toThrow(why);
    };
    const child = { ...item, name: 'child' };
    await refused([{ ...item, name: 'nowhere' }], 'it is not there');
    await refused([{ ...item, name: 'loose' }], 'no unique index on its key (id)');
    await refused([{ ...item, name: 'half' }], '"id" is part of its key, and may be null');
    await refused([{ ...item, name: 'half', key: ['no', 'id'] }], '"id" is part of its key, and may be null');
    await refused([{ ...item, key: ['id', 'name'] }], 'no unique index on its key (id, name)');
    await refused([{ ...item, partition: 'part' }], 'no column "part"');
    await refused([{ ...item, partition: 'name' }], '"name" is no integer');
    await refused([item], 'rows of');
    await refused([child, item], 'child refers to it, and must come after it');
    await adapterOf([item, child]).install();
  });

  test('refuses a table that others inherit from, movers too where that came later', async () => {
    const ddl = `create table heir (id int primary key, more text) inherits (item)`;
    await opened(`create table item (id int primary key, xc_partition int not null); ${ddl}`);
    const unfit = { code: 'XC_SHARD_TABLE_UNFIT', message: 'table item cannot be moved: other tables inherit from it' };
    await expect(adapterOf().install()).rejects.toMatchObject(unfit);
    await adapterOf([{ ...item, name: 'heir' }]).install();
    await db.everywhere('drop table heir');
    await adapterOf().install();
    await db.everywhere(ddl);
    const at: Place = { shard: 'a', partition: 1, moveId: 'm', mover: 1 };
    await expect(adapterOf().scan(at, undefined, 1, signal)).rejects.toMatchObject(unfit);
    await expect(adapterOf().purge(at, 1, signal)).rejects.toMatchObject(unfit);
  });

  test('takes a table that refers to itself where rows may come in any order, and refuses it where they may not', async () => {
    await opened('create table item (id text primary key, xc_partition int not null, parent text references item)');
    const schema = db.schema.slice(0, -3);
    const role = `${schema}_owner`;
    const { options } = db.pool('a');
    const pool = new pg.Pool({ ...options, options: `${options.options} -c role=${role}` });
    await db.rows('a', `create role ${role}`);
    try {
      const { rows } = await db.pool('a').query('select current_database() as name');
      await db.rows('a', `grant create on database "${rows[0]?.name}" to ${role}`);
      await db.rows('a', `grant all on schema ${schema} to ${role}`);
      await db.rows('a', `alter table item owner to ${role}`);
      const own = { shards: { a: pool }, tables: [item], partitions: 32, schema: db.schema };
      await expect(pgAdapter(own).install()).rejects.toMatchObject({ code: 'XC_SHARD_TABLE_UNFIT' });
      await expect(pgAdapter(own).install()).rejects.toThrow('its rows refer to each other');
      await db.rows('a', `alter table item drop constraint item_parent_fkey`);
      await pgAdapter(own).install();
      await db.rows('a', `alter table item add foreign key (parent) references item`);
      await adapterOf().install();
    } finally {
      await pool.end();
      await db.rows('a', `drop owned by ${role} cascade`);
      await db.rows('a', `drop role ${role}`);
    }
  });

  test('is asked for by whoever needs it first', async () => {
    await opened('create table item (id int primary key, xc_partition int not null)');
    const at: Place = { shard: 'a', partition: 1, moveId: 'm', mover: 1 };
    await expect(adapterOf().fence(at, 1, signal)).rejects.toThrow();
    await adapterOf().install();
    await db.rows('a', `delete from ${db.schema}.partition`);
    const own = adapterOf();
    const calls = [() => own.fence(at, 1, signal), () => own.claim(at, signal), () => own.startCapture(at, signal)];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'XC_SHARD_NOT_INSTALLED' });
    await adapterOf().install();
    await adapterOf().fence(at, 1, signal);
  });

  test('is asked for where a table was made anew, or is new: nobody would refuse its writes, or note them', async () => {
    await opened(`create table item (id int primary key, xc_partition int not null);
      create table "Other ""1""" (like item including all)`);
    await adapterOf().install();
    const at: Place = { shard: 'a', partition: 1, moveId: 'm', mover: 1 };
    const both = [item, { ...item, name: 'Other "1"' }];
    const refused = async (table: string) => {
      const unguarded = { code: 'XC_SHARD_NOT_INSTALLED', details: { shard: 'a', table } };
      await expect(adapterOf(both).startCapture(at, signal)).rejects.toMatchObject(unguarded);
      await expect(adapterOf(both).fence(at, 2, signal)).rejects.toMatchObject(unguarded);
      expect(await adapterOf().inspect?.('a', signal)).toEqual([]);
    };
    await refused('Other "1"');
    await adapterOf(both).install();
    await db.everywhere('alter table item rename to was; create table item (like was including all); drop table was');
    await refused('item');
    await adapterOf(both).install();
    await adapterOf(both).startCapture(at, signal);
    await db.rows('a', 'alter table item disable trigger all');
    await expect(adapterOf(both).fence(at, 2, signal)).rejects.toThrow('table item of shard a has no trigger');
  });
});

test('options are checked before anything is asked', async () => {
  await opened('select 1');
  const { shards } = db;
  const fine = { shards, tables: [item], partitions: 4 };
  const bad: readonly (readonly [object, string])[] = [
    [{ shards: {} }, 'shards must be pools, got none'],
    [{ shards: { a: 7 } }, 'shard "a" must be a pool'],
    [{ tables: [] }, 'tables must be an array of at least one'],
    [{ tables: [{ ...item, name: '' }] }, 'name must be a name, got ""'],
    [{ tables: [{ ...item, key: [] }] }, 'key of table "item" must be a column or several'],
    [{ tables: [{ ...item, key: ['id', 'id'] }] }, 'names a column twice'],
    [{ tables: [{ ...item, partition: undefined }] }, 'partition of table "item" must be a name'],
    [{ tables: [item, item] }, 'table "item" is named twice'],
    [{ partitions: 0 }, 'partitions must be an integer from 1 to 65536, got 0'],
    [{ partitions: 65_537 }, 'partitions must be an integer'],
    [{ schema: 'Not plain' }, 'schema must be a plain name'],
  ];
  for (const [change, message] of bad) expect(() => pgAdapter({ ...fine, ...change } as never)).toThrow(message);
  expect(() => pgAdapter(undefined as never)).toThrow('options must be an object, got undefined');
  const at: Place = { shard: 'a', partition: 4, moveId: 'm', mover: 1 };
  await expect(pgAdapter(fine).read(at, ['1'], signal)).rejects.toThrow(
    'partition must be an integer from 0 to 3, got 4',
  );
  await expect(pgAdapter(fine).fence({ ...at, shard: 'z' }, 1, signal)).rejects.toThrow(RangeError);
});
