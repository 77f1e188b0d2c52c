import { afterAll, beforeAll, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import type { AdapterFixture, UserPlace } from '../testing/adapter-contract/adapter-fixture.ts';
import { adapterContract } from '../testing/adapter-contract.ts';
import { type PgAdapter, pgAdapter } from './pg-adapter.ts';
import { type PgQueryable, pgConnect } from './pg-connect.ts';

let db: PgDatabases;
let adapter: PgAdapter;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres').slice(0, 2));
  await db.everywhere('create table item (id text collate "C" primary key, xc_partition int not null, value text)');
  const tables = [{ name: 'item', key: 'id', partition: 'xc_partition' }];
  adapter = pgAdapter({ shards: db.shards, tables, partitions: 4_096, schema: db.schema });
  await adapter.install();
});
afterAll(() => db[Symbol.asyncDispose]());

let last = 0;

async function fixture(): Promise<AdapterFixture> {
  // As a mover may: fences of the case before stay where they are.
  await db.everywhere("begin; set local xc.mover = '1'; delete from item; commit");
  last += 2;
  const connect = pgConnect(db.shards);
  const shard = ({ shard: id, term }: UserPlace) => connect({ id }, { term });
  const write = (client: PgQueryable, { partition }: UserPlace, name: string, text: string | undefined) => {
    if (text === undefined)
      return client.query('delete from item where id = $1 and xc_partition = $2', [name, partition]);
    return client.query('insert into item values ($1, $2, $3) on conflict (id) do update set value = excluded.value', [
      name,
      partition,
      text,
    ]);
  };
  return {
    adapter,
    shards: ['a', 'b'],
    partitions: [last, last + 1],
    async write(at, name, text) {
      await write(shard(at), at, name, text);
    },
    hold: (at, name, text) =>
      new Promise((resolve, reject) => {
        const ended = shard(at).transaction(async (client) => {
          await write(client, at, name, text);
          await new Promise<void>((goOn) => {
            resolve({
              commit() {
                goOn();
                return ended;
              },
            });
          });
        });
        ended.catch(reject);
      }),
  };
}

test.for(adapterContract(fixture))('PostgreSQL: $name', ({ run }) => run());
