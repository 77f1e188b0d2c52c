import { createPool as createTheirs, type Pool as TheirPool } from 'generic-pool';
import type { Redis } from 'ioredis';
import type { Client } from 'pg';
import { Pool as TarnPool } from 'tarn';
import { expectTypeOf, test } from 'vitest';
import {
  createPool as createFacade,
  type Pool as Facade,
  type Factory,
  fromGenericPool,
  type Options,
} from '../src/generic-pool/index.ts';
import { createPool, type Pool, type PoolFactory, type ReplicationView } from '../src/index.ts';
import { redisFactory, redisReplication } from '../src/ioredis/index.ts';
import { fromTarn, type KnexPool, knexPool } from '../src/knex/index.ts';

interface Connection {
  query(sql: string): Promise<string[]>;
}

declare const factory: { create(): Promise<Connection>; destroy(connection: Connection): Promise<void> };

test('the facade has the types of generic-pool', () => {
  const options: Options = { max: 10, min: 2, maxWaitingClients: 5, testOnBorrow: true, fifo: false, priorityRange: 3 };
  const pool = createFacade(factory, options);
  expectTypeOf(pool).toEqualTypeOf<Facade<Connection>>();
  expectTypeOf(factory).toExtend<Factory<Connection>>();
  expectTypeOf(pool.acquire(1)).toEqualTypeOf<Promise<Connection>>();
  expectTypeOf(pool.use((connection) => connection.query('select 1'))).toEqualTypeOf<Promise<string[]>>();
  expectTypeOf(pool.use(() => 42)).toEqualTypeOf<Promise<number>>();
  // Whatever takes theirs takes ours.
  expectTypeOf(pool).toExtend<TheirPool<Connection>>();
  // @ts-expect-error it is no way to handle errors
  createFacade(factory, { createErrors: 'ignore' });
});

test('adopted pools lend what they had', () => {
  expectTypeOf(fromGenericPool(createTheirs(factory))).toEqualTypeOf<Pool<Connection>>();
  expectTypeOf(fromTarn(new TarnPool<Connection>({ ...factory, min: 0, max: 1 }))).toEqualTypeOf<Pool<Connection>>();
  // @ts-expect-error sizes are those of the pool
  fromGenericPool(createTheirs(factory), { max: 5 });
});

test('Knex gets connections, and Redis ones of ioredis', () => {
  expectTypeOf(knexPool({} as Pool<Client>)).toEqualTypeOf<KnexPool<Client>>();
  expectTypeOf(redisFactory('redis://localhost')).toEqualTypeOf<PoolFactory<Redis>>();
  expectTypeOf(createPool(redisFactory({ host: 'localhost' }))).toEqualTypeOf<Pool<Redis>>();
  expectTypeOf(redisReplication()).toEqualTypeOf<ReplicationView<Redis>>();
});
