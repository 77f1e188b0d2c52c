import { OpenPool } from './engine/open-pool.ts';
import { PoolEngine } from './engine/pool-engine.ts';
import { poolParts } from './engine/pool-parts.ts';
import { checkFactory, poolSettings } from './engine/settings.ts';
import type { Pool } from './pool.ts';
import type { PoolFactory } from './pool-factory.ts';
import type { PoolOptions } from './pool-options.ts';

/**
 * Creates a pool that opens resources on demand and lends them one owner at a time.
 *
 * @throws TypeError or RangeError for a factory or an option that is wrong.
 *
 * @example
 * ```ts
 * const pool = createPool({ create: () => connect(), destroy: (connection) => connection.end() });
 * const rows = await pool.use((connection) => connection.query('select 1'));
 * await pool.drain();
 * ```
 */
export function createPool<T>(factory: PoolFactory<T>, options: PoolOptions<NoInfer<T>> = {}): Pool<T> {
  checkFactory(factory as PoolFactory<never>);
  return new OpenPool(factory, new PoolEngine(factory, poolParts(poolSettings(options))));
}
