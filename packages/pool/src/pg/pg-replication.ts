import type { Client } from 'pg';
import type { NodePosition, NodeRole, ReplicationView } from '../replica/replication-view.ts';
import { ask } from './pg-client.ts';

/**
 * Streaming replication of PostgreSQL, 13 and later: positions are LSNs, terms are timelines, and whoever is not in recovery
 * accepts writes.
 *
 * A replica tells its timeline at once to a member of `pg_read_all_stats`, to others with its next restart point: until then a
 * session that writes after a failover reads from the primary.
 */
export function pgReplication(): ReplicationView<Client> {
  return {
    async role(client) {
      const row = await one<NodeRole>(client, ROLE);
      return { writable: row.writable, term: row.term };
    },
    async position(client, role) {
      const row = await one<NodePosition>(client, role === 'primary' ? WRITTEN : REPLAYED);
      return { position: row.position, lagMs: row.lagMs };
    },
    compare(a, b) {
      const difference = readLsn(a) - readLsn(b);
      return difference === 0n ? 0 : difference > 0n ? 1 : -1;
    },
  };
}

// The control file learns of a new timeline only with a checkpoint: the primary's own is in the name of its WAL file, and a
// replica's in what it receives.
const ROLE = `SELECT current_setting('transaction_read_only') = 'off' AS writable,
  CASE WHEN pg_is_in_recovery() THEN greatest(
    (SELECT received_tli FROM pg_stat_wal_receiver),
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()))
  ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS term`;

// What is inserted, not what is flushed: with synchronous_commit off a commit is flushed later than it is answered.
const WRITTEN = `SELECT pg_current_wal_insert_lsn()::text AS position, 0 AS "lagMs"`;

// Who has replayed all that was received is not behind, however long ago the last transaction was.
const REPLAYED = `SELECT coalesce(pg_last_wal_replay_lsn(), '0/0')::text AS position,
  CASE WHEN pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn() THEN 0
  ELSE greatest(0, extract(epoch FROM clock_timestamp() -
    coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) * 1000)::float8 END AS "lagMs"`;

async function one<Row>(client: Client, sql: string): Promise<Row> {
  const { rows } = (await ask(client, sql)) as unknown as { readonly rows: readonly Row[] };
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL said nothing of its replication');
  return row;
}

/** @throws TypeError for what is not an LSN. */
function readLsn(position: string): bigint {
  const [, high, low] = /^([\dA-F]{1,8})\/([\dA-F]{1,8})$/i.exec(position) ?? [];
  if (high === undefined || low === undefined) throw new TypeError(`an LSN looks like 0/16B3748, got ${position}`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
