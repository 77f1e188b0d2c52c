import { callable, duration, positiveInteger } from '../engine/option-rules.ts';
import { poolSettings } from '../engine/settings.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { KeyedPool } from './keyed-pool.ts';
import type { KeyedPoolOptions } from './keyed-pool-options.ts';
import { OpenKeyedPool } from './open-keyed-pool.ts';

/**
 * Creates a pool for each key, with one cap over all of them: no tenant can take what the others need.
 *
 * @param factory - Gives the factory of a key, when the key is first used or used again after it was forgotten.
 * @throws TypeError or RangeError for an option that is wrong.
 *
 * @example
 * ```ts
 * const pools = createKeyedPool((tenant) => connectionsTo(tenant), { max: 5, maxTotal: 100 });
 * await pools.use('acme', (connection) => connection.query('select 1'));
 * ```
 */
export function createKeyedPool<T>(
  factory: (key: string) => PoolFactory<T>,
  options: KeyedPoolOptions<NoInfer<T>> = {},
): KeyedPool<T> {
  callable('factory', factory);
  const { maxTotal = 100, maxKeys = 10_000, keyIdleMs = 300_000, ...perKey } = options;
  positiveInteger('maxTotal', maxTotal);
  positiveInteger('maxKeys', maxKeys);
  duration('keyIdleMs', keyIdleMs);
  return new OpenKeyedPool(factory, poolSettings(perKey), { maxTotal, maxKeys, keyIdleMs });
}
