import { XcError } from '@xc/core';
import { xxh32 } from '../hash/xxh32.ts';
import { quotedName } from './sql-text.ts';

/** The objects of a schema of ours. */
export interface PgPlaces {
  readonly schema: string;
  /** Partition, lowest term, mover, captures. */
  readonly partition: string;
  /** Keys that have changed. */
  readonly change: string;
  /** First halves of the advisory locks: of writers, of movers, of whoever installs. The second is the partition. */
  readonly writers: number;
  readonly movers: number;
  readonly installers: number;
}

export function placesOf(schema: string): PgPlaces {
  const own = quotedName(schema);
  const lock = (kind: string): number => xxh32(`@xc/shard ${schema} ${kind}`) | 0;
  return {
    schema: own,
    partition: `${own}.partition`,
    change: `${own}.change`,
    writers: lock('writers'),
    movers: lock('movers'),
    installers: lock('installers'),
  };
}

/** The trigger of a table, and what its function is called. */
export function guardOf(schema: string, table: string): { readonly trigger: string; readonly fn: string } {
  const hash = xxh32(table).toString(16).padStart(8, '0');
  return { trigger: quotedName(`${schema}_guard`), fn: `${quotedName(schema)}.${quotedName(`guard_${hash}`)}` };
}

/** A table that cannot be moved as it is. */
export function tableUnfit(table: string, why: string): XcError<'XC_SHARD_TABLE_UNFIT'> {
  return new XcError('XC_SHARD_TABLE_UNFIT', `table ${table} cannot be moved: ${why}`, { details: { table } });
}

/** A partition that `install` has made no row for. */
export function notInstalled(shard: string, partition: number): XcError<'XC_SHARD_NOT_INSTALLED'> {
  return new XcError('XC_SHARD_NOT_INSTALLED', `shard ${shard} does not know partition ${partition}: run install`, {
    details: { shard, partition },
  });
}
