import type { AdoptOptions } from '../adopted/adopt-options.ts';
import { AdoptedPool } from '../adopted/adopted-pool.ts';
import { callable, shown } from '../engine/option-rules.ts';
import type { Pool } from '../pool.ts';
import { type AnyTarnPool, TarnPeer } from './tarn-peer.ts';

/**
 * Gives an existing pool of tarn, or the one that Knex made for itself, our interface: leases, of which a stale one touches
 * nobody's loan, deadlines and signals, priorities, pause, generations, leak reports, and an end that answers at once.
 *
 * `capabilities` says what it cannot do: `resize` throws XC_POOL_UNSUPPORTED, and there is no keep-alive. `drain` destroys the pool
 * itself. Events of opening and closing are not seen from here; `created` and `closed` count what passed through.
 *
 * @throws TypeError for what is no such pool, and for options that are wrong.
 *
 * @example
 * ```ts
 * const pool = fromTarn(knex.client.pool);
 * await pool.use((connection) => connection.query('select 1'), { timeoutMs: 500 });
 * ```
 */
export function fromTarn<T>(pool: AnyTarnPool<T>, options: AdoptOptions = {}): Pool<T> {
  if (typeof pool !== 'object' || pool === null) throw new TypeError(`pool must be an object, got ${shown(pool)}`);
  for (const member of ['acquire', 'release', 'destroy', 'numUsed', 'numFree', 'numPendingCreates', 'on'] as const) {
    callable(`pool.${member}`, pool[member]);
  }
  return new AdoptedPool(new TarnPeer(pool), options);
}
