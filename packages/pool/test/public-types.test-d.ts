import type { HealthProbe } from '@xc/core';
import { expectTypeOf, test } from 'vitest';
import {
  createKeyedPool,
  createPool,
  currentResource,
  type KeyedPool,
  type Lease,
  type Pool,
  type PoolEvent,
  Pooled,
  type PoolFactory,
  type PoolOptions,
  poolProbe,
} from '../src/index.ts';

interface Connection {
  query(text: string): Promise<readonly string[]>;
}

declare const factory: PoolFactory<Connection>;
declare const options: PoolOptions;
declare const pool: Pool<Connection>;

test('the resource comes from the factory, whatever the options say', () => {
  expectTypeOf(createPool(factory)).toEqualTypeOf<Pool<Connection>>();
  expectTypeOf(createPool(factory, options)).toEqualTypeOf<Pool<Connection>>();
  expectTypeOf(createKeyedPool(() => factory, options)).toEqualTypeOf<KeyedPool<Connection>>();
  expectTypeOf(createPool({ create: async () => 5, destroy() {} })).toEqualTypeOf<Pool<number>>();
  expectTypeOf(pool.acquire()).resolves.toEqualTypeOf<Lease<Connection>>();
  expectTypeOf(pool.tryAcquire()).toEqualTypeOf<Lease<Connection> | undefined>();
  expectTypeOf(currentResource(pool)).toEqualTypeOf<Connection>();
});

test('use gives what its function gives', () => {
  expectTypeOf(pool.use(() => 1)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.use((connection) => connection.query('select 1'))).resolves.toEqualTypeOf<readonly string[]>();
});

test('events are told apart by their type', () => {
  pool.on((event: PoolEvent) => {
    if (event.type === 'leak') expectTypeOf(event.stack).toEqualTypeOf<string | undefined>();
    if (event.type === 'closed') expectTypeOf(event.ageMs).toEqualTypeOf<number>();
  });
});

test('what is wrong does not compile', () => {
  // @ts-expect-error a factory needs destroy
  createPool({ create: () => 1 });
  // @ts-expect-error no such option
  createPool(factory, { maximum: 1 });
  // @ts-expect-error options are read only
  options.max = 5;
  // @ts-expect-error no such order
  createPool(factory, { idleOrder: 'random' });
  class Orders {
    @Pooled(pool)
    async total(): Promise<number> {
      return 1;
    }

    // @ts-expect-error its calls would end later than it says
    @Pooled(pool)
    now(): number {
      return 1;
    }
  }
  expectTypeOf<Orders['total']>().returns.resolves.toEqualTypeOf<number>();
});

test('a pool of anything has a probe', () => {
  expectTypeOf(poolProbe(pool as Pool<unknown>)).toEqualTypeOf<HealthProbe>();
  expectTypeOf<Pool<Connection>>().toExtend<AsyncDisposable>();
  expectTypeOf<Lease<Connection>>().toExtend<Disposable>();
});
