import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { PgShards } from '../src/pg/pg-pool.ts';

/** Databases of one test: everything in schemas of its own, found by the search path. */
export interface PgDatabases extends AsyncDisposable {
  readonly shards: Readonly<Record<string, pg.Pool>> & PgShards;
  /** Where the adapter keeps its own. */
  readonly schema: string;
  pool(shard: string): pg.Pool;
  /** On every shard. */
  everywhere(sql: string): Promise<void>;
  /** Rows of a shard. */
  rows(shard: string, sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** One shard for each URL: 'a', 'b' and so on. */
export async function pgDatabases(
  urls: readonly string[],
  options: { readonly max?: number } = {},
): Promise<PgDatabases> {
  const name = `t_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const shards: Record<string, pg.Pool> = {};
  for (const [index, connectionString] of urls.entries()) {
    const search = `-c search_path=${name}`;
    const pool = new pg.Pool({ connectionString, max: options.max ?? 8, options: search });
    pool.on('error', () => undefined);
    shards[String.fromCharCode(97 + index)] = pool;
    await pool.query(`create schema ${name}`);
  }
  const pool = (shard: string) => shards[shard] as pg.Pool;
  return {
    shards,
    schema: `${name}_xc`,
    pool,
    async everywhere(sql) {
      for (const one of Object.values(shards)) await one.query(sql);
    },
    rows: async (shard, sql, values = []) => (await pool(shard).query(sql, [...values])).rows,
    async [Symbol.asyncDispose]() {
      for (const one of Object.values(shards)) {
        await one.query(`drop schema if exists ${name} cascade; drop schema if exists ${name}_xc cascade`);
        await one.end();
      }
    },
  };
}
