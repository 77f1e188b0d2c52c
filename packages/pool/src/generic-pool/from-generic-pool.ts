import type { AdoptOptions } from '../adopted/adopt-options.ts';
import { AdoptedPool } from '../adopted/adopted-pool.ts';
import { callable, shown } from '../engine/option-rules.ts';
import type { Pool } from '../pool.ts';
import { type AnyGenericPool, GenericPoolPeer } from './generic-pool-peer.ts';

/**
 * Gives an existing pool of generic-pool our interface: leases, of which a stale one touches nobody's loan, deadlines and
 * signals that leave no trace in its queue, priorities, pause, generations, leak reports and a drain that ends. Who uses the
 * pool directly meanwhile is not disturbed. A create that fails is told as XC_POOL_CREATE, and stops the requests made through
 * here, so that they do not freeze the event loop.
 *
 * `capabilities` says what it cannot do: `resize` throws XC_POOL_UNSUPPORTED, and there is no keep-alive. `drain` drains and
 * empties the pool itself. Events of opening and closing are not seen from here; `created` and `closed` count what passed through.
 *
 * @throws TypeError for what is no such pool, and for options that are wrong.
 *
 * @example
 * ```ts
 * const pool = fromGenericPool(existing);
 * await pool.use((connection) => connection.query('select 1'), { timeoutMs: 500 });
 * ```
 */
export function fromGenericPool<T>(pool: AnyGenericPool<T>, options: AdoptOptions = {}): Pool<T> {
  if (typeof pool !== 'object' || pool === null) throw new TypeError(`pool must be an object, got ${shown(pool)}`);
  for (const member of ['acquire', 'release', 'destroy', 'drain', 'clear', 'isBorrowedResource', 'on'] as const) {
    callable(`pool.${member}`, pool[member]);
  }
  return new AdoptedPool(new GenericPoolPeer(pool), options);
}
