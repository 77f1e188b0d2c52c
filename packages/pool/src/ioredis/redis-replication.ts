import type { Redis } from 'ioredis';
import type { ReplicationView } from '../replica/replication-view.ts';
import { Lineages } from './lineages.ts';

/**
 * Replication of Redis, by what INFO says: positions are replication offsets, and whoever is a master accepts writes.
 *
 * Redis has no term of its own (the epoch is the sentinels'), so the offset at which a node was promoted serves as one: it grows
 * with every promotion, and a master that has not heard of its end shows an older one. Not to be told apart from the right one is
 * an old master that was restarted with a newer save while nobody was looking; sentinels make a replica of it within seconds.
 */
export function redisReplication(): ReplicationView<Redis> {
  const lineages = new Lineages();
  return {
    async role(client) {
      const info = await replicationOf(client);
      const writable = info.get('role') === 'master';
      const facts = {
        id: info.get('master_replid') ?? '',
        before: info.get('master_replid2') ?? '',
        promotedAt: numberOf(info, 'second_repl_offset', -1),
        place: `${client.options.host}:${client.options.port}:${client.options.path ?? ''}`,
      };
      return { writable, term: writable ? lineages.termOfPrimary(facts) : lineages.termOfReplica(facts) };
    },
    async position(client, role) {
      const info = await replicationOf(client);
      if (role === 'primary') return { position: String(numberOf(info, 'master_repl_offset', 0)), lagMs: 0 };
      return { position: String(numberOf(info, 'slave_repl_offset', 0)), lagMs: lagOf(info) };
    },
    compare(a, b) {
      const difference = readOffset(a) - readOffset(b);
      return difference === 0n ? 0 : difference > 0n ? 1 : -1;
    },
  };
}

const seconds = 1_000;

/** A replica applies what it receives as it comes: as long as it is connected, only what is read and not applied yet is behind. */
function lagOf(info: ReadonlyMap<string, string>): number {
  if (info.get('master_link_status') !== 'up') {
    // -1 when it never was connected: then nobody knows how old its data is. Seconds that have begun count.
    const downFor = numberOf(info, 'master_link_down_since_seconds', -1);
    return downFor < 0 ? Number.MAX_SAFE_INTEGER : (downFor + 1) * seconds;
  }
  const applied = numberOf(info, 'slave_repl_offset', 0);
  const read = numberOf(info, 'slave_read_repl_offset', applied);
  return read > applied ? Math.max(numberOf(info, 'master_last_io_seconds_ago', 0), 0) * seconds : 0;
}

async function replicationOf(client: Redis): Promise<ReadonlyMap<string, string>> {
  const lines = String(await client.info('replication')).split('\r\n');
  return new Map(
    lines.map((line) => line.split(':', 2) as [string, string]).filter(([, value]) => value !== undefined),
  );
}

function numberOf(info: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const value = Number(info.get(name) ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}

/** @throws TypeError for what is no offset. */
function readOffset(position: string): bigint {
  if (!/^\d{1,20}$/.test(position))
    throw new TypeError(`a replication offset is a number, got ${position.slice(0, 40)}`);
  return BigInt(position);
}
