import { type AnyMethod, type DualMethodDecorator, methodDecorator } from '@xc/core';
import type { AcquireOptions } from '../acquire-options.ts';
import type { OpenPool } from '../engine/open-pool.ts';
import { callable } from '../engine/option-rules.ts';
import { useFrom } from '../engine/use-from.ts';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import { bindLease, boundLease } from './bound-resource.ts';

type Borrowing<T> = Pool<T> & Pick<OpenPool<T>, typeof useFrom>;

/** A method that `Pooled` fits on: its calls end later, as borrowing does. */
export type PooledMethod = AnyMethod & ((this: never, ...args: never[]) => Promise<unknown>);

/**
 * Runs the method with one resource of `pool` bound to its async context, where `currentResource(pool)` finds it. Calls of
 * other such methods from within share it, so they cannot deadlock. Serves TC39 and legacy (`experimentalDecorators`) classes.
 *
 * @example
 * ```ts
 * class Orders {
 *   @Pooled(pool)
 *   async total(id: string): Promise<number> {
 *     return currentResource(pool).query('...', [id]);
 *   }
 * }
 * ```
 */
export function Pooled<T>(pool: Pool<T>, options?: AcquireOptions): DualMethodDecorator<PooledMethod> {
  callable('pool.use', pool?.use);
  return methodDecorator<PooledMethod>(<M extends PooledMethod>(method: M) => {
    function pooled(this: unknown, ...args: unknown[]): Promise<unknown> {
      if (boundLease(pool) !== undefined) return call(method, this, args);
      const run = (_: T, lease: Lease<T>) => bindLease(pool, lease, () => call(method, this, args));
      // A report of a leak is to begin with the caller of the method.
      return useFrom in pool ? (pool as Borrowing<T>)[useFrom](run, options, pooled) : pool.use(run, options);
    }
    return pooled as unknown as M;
  });
}

async function call(method: AnyMethod, self: unknown, args: readonly unknown[]): Promise<unknown> {
  return Reflect.apply(method, self, args);
}
