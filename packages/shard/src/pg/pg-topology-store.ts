import { XcError } from '@xc/core';
import { checkNext } from '../topology/check-next.ts';
import { checkTopology } from '../topology/check-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { topologyInvalid } from '../topology/topology-invalid.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { EpochWatch } from './epoch-watch.ts';
import type { PgLendingPool, PgPool } from './pg-pool.ts';
import { quotedText } from './sql-text.ts';
import { DURABLE, type PgNameOptions, TextTable } from './stored-text.ts';

/**
 * Keeps a topology in PostgreSQL, in a row of the table `xc_shard.topology`. A change is one statement, and tells by NOTIFY in the
 * same transaction; who watches has one connection of the pool for that, and looks whenever a message may have been lost. Every
 * call settles within 2 s.
 *
 * @throws TypeError or RangeError for options that are none. Calls reject with XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`.
 */
export function pgTopologyStore(pool: PgPool | PgLendingPool, options: PgNameOptions = {}): TopologyStore {
  const table = 'xc_shard.topology';
  const rows = new TextTable(pool, options, {
    table,
    columns: 'name text not null primary key, epoch bigint not null, topology text not null',
    unavailable,
  });
  const { name } = rows;
  const load = async (signal?: AbortSignal): Promise<Topology | undefined> => {
    const [found] = await rows.read(`select topology from ${table} where name = $1`, [name], signal);
    return found === undefined ? undefined : checkTopology(parsed(String(found.topology)));
  };
  const epochOf = async (): Promise<number> => {
    const [found] = await rows.read(`select epoch::text as epoch from ${table} where name = $1`, [name]);
    return Number(found?.epoch ?? 0);
  };
  const channel = 'xc_shard_topology';
  const watch = new EpochWatch({ pool: rows.pool, channel, name, epochOf });
  return {
    load,
    async cas(next, expectedEpoch, signal) {
      signal?.throwIfAborted();
      checkNext(next, expectedEpoch);
      const told = `pg_notify(${quotedText(channel)}, json_build_array(name, epoch)::text), ${DURABLE}`;
      const text =
        expectedEpoch === 0
          ? `insert into ${table} (name, epoch, topology) values ($1, $2::bigint, $3) on conflict do nothing returning ${told}`
          : `update ${table} set epoch = $2::bigint, topology = $3 where name = $1 and epoch = $2::bigint - 1 returning ${told}`;
      return (await rows.write(text, [name, next.epoch, JSON.stringify(next)], signal)) === 1;
    },
    watch: (changed) => watch.add(changed),
    async [Symbol.asyncDispose]() {
      await watch.close();
    },
  };
}

function parsed(text: string): Topology {
  try {
    return JSON.parse(text) as Topology;
  } catch (error) {
    throw topologyInvalid('what is stored is not JSON', { cause: String(error) });
  }
}

function unavailable(cause: unknown): XcError {
  return new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'the topology in PostgreSQL is out of reach', {
    cause,
    retryable: true,
  });
}
