import { callable, shown } from '../engine/option-rules.ts';
import { FacadePool } from './facade-pool.ts';
import type { Factory, GenericPool } from './generic-pool.ts';
import { facadeSettings, type GenericPoolOptions } from './generic-pool-options.ts';

/**
 * Creates a pool of ours with the options, members, events and messages of generic-pool: change the import and keep the code.
 *
 * What differs is what was wrong: failing creates are retried with back-off, a failed validation costs no slot, `use` takes any
 * function, `testOnReturn` is honoured, `min` is kept, `max` counts what is being closed, and nothing that was closed is lent
 * again. What stays: a resource that is released twice is refused only until somebody else has it; where that matters, use the
 * leases of the pool without this facade.
 *
 * @throws TypeError or RangeError for a factory without `create` and `destroy`, and for times that are none.
 *
 * @example
 * ```ts
 * const pool = createPool({ create: () => connect(), destroy: (connection) => connection.end() }, { max: 10, min: 2 });
 * const connection = await pool.acquire();
 * await pool.release(connection);
 * await pool.drain();
 * await pool.clear();
 * ```
 */
export function createPool<T>(factory: Factory<T>, options?: GenericPoolOptions | null): GenericPool<T> {
  if (typeof factory !== 'object' && typeof factory !== 'function') {
    throw new TypeError(`factory must be an object, got ${shown(factory)}`);
  }
  callable('factory.create', factory?.create);
  callable('factory.destroy', factory.destroy);
  if (factory.validate !== undefined) callable('factory.validate', factory.validate);
  return new FacadePool(factory, facadeSettings(options ?? {}));
}

/** For those who import generic-pool as a whole. */
const genericPool = {
  /** As the named export. */
  createPool,
} as const;

export default genericPool;
