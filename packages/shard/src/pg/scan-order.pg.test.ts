import { expect, inject, test } from 'vitest';
import { pgDatabases } from '../../test/pg-databases.ts';
import { pgAdapter } from './pg-adapter.ts';

const { signal } = new AbortController();

test('gives each row once where the order of the keys is not that of their texts', async () => {
  await using db = await pgDatabases(inject('postgres').slice(0, 1));
  await db.everywhere('create table item (id int primary key, xc_partition int not null)');
  const tables = [{ name: 'item', key: 'id', partition: 'xc_partition' }];
  const adapter = pgAdapter({ shards: db.shards, tables, partitions: 1, schema: db.schema });
  await adapter.install();
  await db.everywhere('insert into item select 7 * n, 0 from generate_series(-20, 300) n');
  const seen: number[] = [];
  for (let after: string | undefined; ; ) {
    const { rows, next } = await adapter.scan({ shard: 'a', partition: 0, moveId: 'm', mover: 1 }, after, 40, signal);
    seen.push(...rows.map(({ key }) => Number(key)));
    if (next === undefined) break;
    after = next;
  }
  expect(seen).toEqual(Array.from({ length: 321 }, (_, index) => 7 * (index - 20)));
});
