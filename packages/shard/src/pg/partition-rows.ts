import { systemClock } from '@xc/core';
import { MoverSupersededError } from '../errors/mover-superseded-error.ts';
import { checkInteger } from '../keys/shown.ts';
import type { BucketDigest, DataAdapter, Place, Row, RowChange, RowDigest } from '../moving/data-adapter.ts';
import { isInTheWay, makeWay } from './make-way.ts';
import { inMoverSession, type MoverQuery } from './mover-session.ts';
import { notInstalled, type PgPlaces } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { digestSource, hashesOf, keyHash, pageOf, type RowTexts, rowsOf } from './read-rows.ts';
import type { RowKeys } from './row-key.ts';
import { type ShardTables, shardTables } from './shard-tables.ts';
import type { CheckedTable } from './table-options.ts';
import { shapesOf, shapesQuestion, type TableShape } from './table-shape.ts';
import { deleteReborn, deleteRows, purgeTable, putRows } from './write-rows.ts';

/** A mover waits for rows that somebody else has locked. */
const ROWS_LOCK_MS = 10_000;
/** The longest pause after rows were deleted, in ms: it is as long as that took, so that half of the time is for others. */
const PURGE_PAUSE_MS = 50;

/** What {@link PartitionRows} works with. */
export interface PartitionRowsParts {
  /** @throws TypeError or RangeError for a place that there is not. */
  readonly pool: (at: Place) => PgPool;
  readonly places: PgPlaces;
  readonly tables: readonly CheckedTable[];
  readonly keys: RowKeys;
}

/** Reads, writes and compares the rows of a partition. */
export class PartitionRows {
  readonly #parts: PartitionRowsParts;
  readonly #known = new WeakMap<PgPool, Promise<ShardTables>>();

  constructor(parts: PartitionRowsParts) {
    this.#parts = parts;
  }

  /** Table by table; within a table by key, as the table orders it. */
  async scan(
    at: Place,
    after: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): ReturnType<DataAdapter['scan']> {
    checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
    const { keys, tables } = this.#parts;
    const start = after === undefined ? undefined : keys.placeOf(after);
    return await this.#reading(at, signal, async (query, shapes) => {
      const rows: Row[] = [];
      for (let table = start?.table ?? 0; table < tables.length; table += 1) {
        const shape = shapes[table] as TableShape;
        const behind = table === start?.table ? start.parts : undefined;
        const page = await pageOf(query, keys, { shape, table }, at, { after: behind, limit: limit - rows.length });
        rows.push(...page.rows);
        if (!page.isLast) return { rows, next: (rows.at(-1) as Row).key };
        if (rows.length === limit && table < tables.length - 1) return { rows, next: (rows.at(-1) as Row).key };
      }
      return { rows, next: undefined };
    });
  }

  async read(at: Place, wanted: readonly string[], signal: AbortSignal): Promise<readonly Row[]> {
    const { keys } = this.#parts;
    const byTable = this.#byTable(wanted);
    return await this.#reading(at, signal, async (query, shapes) => {
      const rows: Row[] = [];
      for (const [table, parts] of byTable.entries()) {
        const shape = shapes[table] as TableShape;
        if (parts.length > 0) rows.push(...(await rowsOf(query, keys, { shape, table }, at, parts)));
      }
      return rows;
    });
  }

  /** Who is referred to comes before those who refer to it, and goes after them. */
  async apply(at: Place, changes: readonly RowChange[], signal: AbortSignal): Promise<void> {
    const { keys, tables } = this.#parts;
    const deleted = tables.map((): (readonly string[])[] => []);
    const put = tables.map((): RowTexts[] => []);
    // The last word on a key is the one that counts, and a statement may not change a row twice.
    for (const { key, row } of new Map(changes.map((change) => [change.key, change])).values()) {
      const { table, parts } = keys.placeOf(key);
      if (row === undefined) deleted[table]?.push(parts);
      else put[table]?.push(row.value as RowTexts);
    }
    const write = async (isFree: boolean): Promise<void> =>
      await this.#writing(at, signal, async (query, shapes) => {
        for (let table = tables.length - 1; table >= 0; table -= 1) {
          const shape = shapes[table] as TableShape;
          await deleteRows(query, shape, at, deleted[table] ?? []);
          await deleteReborn(query, shape, at, put[table] ?? []);
          if (!isFree) await makeWay(query, shape, at, put[table] ?? []);
        }
        for (const [table, rows] of put.entries()) await putRows(query, shapes[table] as TableShape, rows);
      });
    try {
      await write(true);
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      await write(false);
    }
  }

  /** All tables as they are at one moment. */
  async digest(at: Place, buckets: number, signal: AbortSignal): Promise<readonly BucketDigest[]> {
    checkInteger('buckets', buckets, 1, 65_536);
    const found = Array.from({ length: buckets }, () => ({ rows: 0, left: 0n, right: 0n }));
    await this.#reading(at, signal, async (query, shapes) => {
      for (const shape of shapes) {
        const half = (from: number): string => `bit_xor(('x' || substr(hash, ${from}, 16))::bit(64)::bigint)::text`;
        const answer = await query(`select bucket::text, count(*)::text, ${half(1)}, ${half(17)} from (
          select ${keyHash(shape, 't')} % ${buckets} as bucket, ${digestSource(shape, 't')} as hash
          from ${shape.qualified} t where t.${shape.partition} = ${at.partition} offset 0) hashed group by bucket`);
        for (const [bucket, rows, left, right] of answer as readonly (readonly string[])[]) {
          const one = found[Number(bucket)] as (typeof found)[number];
          one.rows += Number(rows);
          one.left ^= BigInt(left as string);
          one.right ^= BigInt(right as string);
        }
      }
    });
    return found.map(({ rows, left, right }) => ({ rows, hash: hex(left) + hex(right) }));
  }

  /** Of these rows, what their part of a digest is: nothing has to be carried to be compared. */
  async hashes(at: Place, wanted: readonly string[], signal: AbortSignal): Promise<readonly RowDigest[]> {
    const { keys } = this.#parts;
    const byTable = this.#byTable(wanted);
    return await this.#reading(at, signal, async (query, shapes) => {
      const rows: RowDigest[] = [];
      for (const [table, parts] of byTable.entries()) {
        if (parts.length === 0) continue;
        for (const { hash, texts } of await hashesOf(query, shapes[table] as TableShape, at, parts)) {
          rows.push({ key: keys.keyOf({ table, parts: texts }), hash });
        }
      }
      return rows;
    });
  }

  async count(at: Place, signal: AbortSignal): Promise<number> {
    return await this.#reading(at, signal, async (query, shapes) => {
      const counts = shapes.map(
        ({ qualified, partition }) => `(select count(*) from ${qualified} where ${partition} = ${at.partition})`,
      );
      return Number((await query(`select (${counts.join(' + ')})::text`))[0]?.[0]);
    });
  }

  async bucket(
    at: Place,
    { bucket, buckets }: { readonly bucket: number; readonly buckets: number },
    signal: AbortSignal,
  ): Promise<readonly RowDigest[]> {
    checkInteger('buckets', buckets, 1, 65_536);
    checkInteger('bucket', bucket, 0, buckets - 1);
    return await this.#reading(at, signal, async (query, shapes) => {
      const rows: RowDigest[] = [];
      for (const [table, shape] of shapes.entries()) {
        const parts = shape.key.map(({ quoted }) => `t.${quoted}::text`).join(', ');
        const answer = await query(`select ${digestSource(shape, 't')}, ${parts} from ${shape.qualified} t
          where t.${shape.partition} = ${at.partition} and ${keyHash(shape, 't')} % ${buckets} = ${bucket}`);
        for (const [hash, ...texts] of answer as readonly (readonly string[])[]) {
          rows.push({ key: this.#parts.keys.keyOf({ table, parts: texts }), hash: hash as string });
        }
      }
      return rows;
    });
  }

  async purge(at: Place, limit: number, signal: AbortSignal): Promise<number> {
    checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
    const since = systemClock.monotonic();
    const purged = await this.#writing(at, signal, async (query, shapes) => {
      let count = 0;
      for (let table = shapes.length - 1; table >= 0 && count < limit; table -= 1) {
        count += await purgeTable(query, shapes[table] as TableShape, at, limit - count);
      }
      return count;
    });
    if (purged === limit) await systemClock.sleep(Math.min(PURGE_PAUSE_MS, systemClock.monotonic() - since), signal);
    return purged;
  }

  #byTable(wanted: readonly string[]): readonly (readonly (readonly string[])[])[] {
    const byTable = this.#parts.tables.map((): (readonly string[])[] => []);
    for (const key of new Set(wanted)) {
      const { table, parts } = this.#parts.keys.placeOf(key);
      byTable[table]?.push(parts);
    }
    return byTable;
  }

  async #reading<T>(
    at: Place,
    signal: AbortSignal,
    work: (query: MoverQuery, shapes: readonly TableShape[]) => Promise<T>,
  ): Promise<T> {
    const { tables } = this.#parts;
    const { qualified } = await this.#tablesAt(at, signal);
    return await inMoverSession(
      this.#parts.pool(at),
      {
        isolation: 'repeatable read',
        readOnly: true,
        lockTimeoutMs: ROWS_LOCK_MS,
        first: [shapesQuestion(qualified)],
      },
      (query, [shapes]) => work(query, shapesOf(tables, qualified, shapes?.rows ?? [])),
      signal,
    );
  }

  /** Behind the lock that a later mover claims the place with: either this ends before, or sees that it is too late. */
  async #writing<T>(
    at: Place,
    signal: AbortSignal,
    work: (query: MoverQuery, shapes: readonly TableShape[]) => Promise<T>,
  ): Promise<T> {
    const { tables, places } = this.#parts;
    const { qualified, asReplica } = await this.#tablesAt(at, signal);
    const first = [
      `set local xc.mover = '${at.mover}'`,
      ...(asReplica ? ['set local session_replication_role = replica'] : []),
      shapesQuestion(qualified),
      `select pg_advisory_xact_lock_shared(${places.movers}, ${at.partition})`,
      `select mover::text from ${places.partition} where partition = ${at.partition}`,
    ];
    return await inMoverSession(
      this.#parts.pool(at),
      { isolation: 'read committed', readOnly: false, lockTimeoutMs: ROWS_LOCK_MS, first, runsTriggers: !asReplica },
      async (query, answers) => {
        const claimed = answers.at(-1)?.rows[0]?.[0];
        if (claimed === undefined) throw notInstalled(at.shard, at.partition);
        if (Number(claimed) > at.mover) throw new MoverSupersededError({ moveId: at.moveId, mover: at.mover });
        return await work(query, shapesOf(tables, qualified, answers.at(-3)?.rows ?? []));
      },
      signal,
    );
  }

  async #tablesAt(at: Place, signal: AbortSignal): Promise<ShardTables> {
    const pool = this.#parts.pool(at);
    let known = this.#known.get(pool);
    if (known === undefined) {
      known = shardTables(pool, this.#parts.tables, signal);
      this.#known.set(pool, known);
      known.catch(() => this.#known.delete(pool));
    }
    return await known;
  }
}

function hex(bits: bigint): string {
  return BigInt.asUintN(64, bits).toString(16).padStart(16, '0');
}
