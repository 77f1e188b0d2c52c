import type { Client } from 'pg';
import { expectTypeOf, test } from 'vitest';
import {
  createPool,
  createReplicaPool,
  type Pool,
  type PoolFactory,
  type ReplicaPool,
  type RouteFacts,
} from '../src/index.ts';
import { inTransaction, pgFactory, pgReplication, Transactional } from '../src/pg/index.ts';
import { createQueryMonitor, fingerprint, instrumentQueries, type QueryShape } from '../src/query/index.ts';

declare const pool: Pool<Client>;

test('a factory gives the connections of its driver', () => {
  expectTypeOf(pgFactory({})).toEqualTypeOf<PoolFactory<Client>>();
  expectTypeOf(pgFactory(async () => ({ user: 'app' }))).toEqualTypeOf<PoolFactory<Client>>();
  expectTypeOf(createPool(pgFactory({}))).toEqualTypeOf<Pool<Client>>();
});

test('a transaction gives what its body gives', () => {
  expectTypeOf(inTransaction(pool, async () => 5)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(inTransaction(pool, (client) => client.query('SELECT 1'))).resolves.toHaveProperty('rows');
  // @ts-expect-error there is no such isolation
  inTransaction(pool, async () => {}, { isolation: 'snapshot' });
});

test('a transactional method answers with a promise', () => {
  class Bank {
    @Transactional(pool)
    async transfer(amount: number): Promise<string> {
      return String(amount);
    }

    // @ts-expect-error a transaction cannot end at once
    @Transactional(pool)
    balance(): number {
      return 5;
    }
  }
  expectTypeOf(new Bank().transfer).toEqualTypeOf<(amount: number) => Promise<string>>();
});

test('a replica pool reads and writes with the connections of its nodes', () => {
  const replicas = createReplicaPool({ nodes: [{ name: 'a', pool }], view: pgReplication() });
  expectTypeOf(replicas).toEqualTypeOf<ReplicaPool<Client>>();
  expectTypeOf(replicas.read((client, facts) => [client, facts] as const)).resolves.toEqualTypeOf<
    readonly [Client, RouteFacts]
  >();
  expectTypeOf(replicas.inSession(replicas.session(), () => 5)).toEqualTypeOf<number>();
});

test('a monitor leaves types as they are', () => {
  const monitor = createQueryMonitor();
  expectTypeOf(monitor.observe('SELECT 1', async () => 5)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(monitor.top('total', 5)).toEqualTypeOf<readonly QueryShape[]>();
  expectTypeOf(instrumentQueries({} as Client, monitor)).toEqualTypeOf<Client>();
  expectTypeOf(fingerprint('SELECT 1')).toEqualTypeOf<string>();
  // @ts-expect-error nothing is sorted by that
  monitor.top('median', 5);
});
