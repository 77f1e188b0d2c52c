import { XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { RouteContext } from '../router/route-context.ts';
import type { ShardInfo } from '../topology/topology.ts';
import { fencedByData } from './fenced-by-data.ts';
import { isClean, withClient } from './lent-client.ts';
import type { PgPool, PgPooledClient, PgResult, PgShards } from './pg-pool.ts';
import { poolOf, shardPools } from './shard-pools.ts';
import { queryWithTerm, type SentTerm, setLocally } from './term-query.ts';

/** How a transaction begins. */
export interface PgTransactionOptions {
  /** @defaultValue 'read committed' */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** @defaultValue false */
  readonly readOnly?: boolean;
}

/** Asks one statement. */
export interface PgQueryable {
  /** One statement, and the values of its parameters. */
  query<R = Readonly<Record<string, unknown>>>(text: string, values?: readonly unknown[]): Promise<PgResult<R>>;
}

/** One shard, for one call of a router: what it writes carries the term that the router knows. */
export interface PgShard extends PgQueryable {
  /**
   * Runs `fn` in a transaction: commits what it did, and rolls back when it fails.
   * @throws FencedError when the data refuses the term; XcError `XC_SHARD_ROLLED_BACK` when `fn` caught the error of a statement
   * and went on, since PostgreSQL commits nothing then; what `fn` and the server throw.
   */
  transaction<T>(fn: (client: PgQueryable) => T | PromiseLike<T>, options?: PgTransactionOptions): Promise<T>;
}

/** Of a router's context, what a connection needs. */
type ConnectContext = Pick<RouteContext, 'term'> &
  Partial<Pick<RouteContext, 'partition' | 'partitions' | 'terms' | 'replica' | 'signal'>>;

const levels: readonly unknown[] = ['read committed', 'repeatable read', 'serializable'];

/**
 * Connects a router with databases of PostgreSQL. The term of each call goes with its first statement, in the same flight, and ends
 * with its transaction: connections go back to their pools as they came. Pools of replicas are looked for by the names that the
 * topology has for them; where there is none, the primary answers.
 *
 * @example
 * ```ts
 * const router = await createRouter({ partitioner, store, connect: pgConnect({ north, south }) });
 * await router.write('user:42', (db, { partition }) =>
 *   db.query('insert into account (id, xc_partition) values ($1, $2)', ['user:42', partition]));
 * ```
 *
 * @throws TypeError for what is no pool.
 */
export function pgConnect(shards: PgShards): (shard: Pick<ShardInfo, 'id'>, context: ConnectContext) => PgShard {
  const pools = shardPools(shards);
  return ({ id }, context) => {
    const { replica, signal } = context;
    const pool = (replica === undefined ? undefined : pools.get(replica)) ?? poolOf(pools, id);
    return pgShard(pool, sentTerm(context), signal);
  };
}

/** A statement about more partitions than these is held to the rows that it finds alone. */
const MOST_PARTITIONS = 16;

/** One term, or for several partitions whose terms differ that of most under no name, and those that differ. */
function sentTerm(context: ConnectContext): SentTerm {
  const { term, terms = [], partition } = context;
  const partitions = context.partitions ?? (partition === undefined ? [] : [partition]);
  for (const one of [term, ...terms]) {
    if (!(Number.isSafeInteger(one) && one >= 0)) throw new TypeError(`term must be a number, got ${shown(one)}`);
  }
  const listed = partitions.length > MOST_PARTITIONS ? '' : partitions.filter((one) => one >= 0).join(',');
  if (terms.every((one) => one === term)) return { term: String(term), partition: listed };
  const most = [...terms].sort((a, b) => a - b)[terms.length >> 1] as number;
  const others = partitions.flatMap((one, index) => (terms[index] === most ? [] : [[one, terms[index]]]));
  return { term: JSON.stringify(Object.fromEntries([['', most], ...others])), partition: listed };
}

function pgShard(pool: PgPool, sent: SentTerm, signal: AbortSignal | undefined): PgShard {
  return {
    async query<R>(text: string, values: readonly unknown[] = []) {
      checkStatement(text, values);
      const ask = (client: PgPooledClient) => queryWithTerm(client, sent, text, values);
      return (await mapped(withClient(pool, ask, endTransaction, signal))) as PgResult<R>;
    },
    async transaction(fn, { isolation = 'read committed', readOnly = false } = {}) {
      if (!levels.includes(isolation)) {
        throw new TypeError(`isolation must be one of ${levels.join(', ')}, got ${shown(isolation)}`);
      }
      const begin = `begin isolation level ${isolation} ${readOnly ? 'read only' : 'read write'}`;
      const run = async (client: PgPooledClient) => {
        // One message: whoever begins has set the term.
        await client.query(`${begin}; ${setLocally(sent)}`);
        const inside = within(client, signal);
        const answer = await (async () => await fn(inside))().finally(() => inside.end());
        // That is how PostgreSQL answers when a statement has failed before, whoever caught its error.
        if ((await client.query('commit')).command === 'ROLLBACK') throw rolledBack();
        return answer;
      };
      return await mapped(withClient(pool, run, endTransaction, signal));
    },
  };
}

/** The client of a transaction, for as long as it lasts. Errors of refused terms are known as such inside of it too. */
function within(client: PgPooledClient, signal: AbortSignal | undefined): PgQueryable & { end(): void } {
  let isOver = false;
  return {
    async query<R>(text: string, values: readonly unknown[] = []) {
      checkStatement(text, values);
      signal?.throwIfAborted();
      // The connection is somebody else's by then.
      if (isOver) throw new Error('the transaction is over');
      return (await mapped(client.query(text, [...values]))) as PgResult<R>;
    },
    end() {
      isOver = true;
    },
  };
}

async function endTransaction(client: PgPooledClient, error: unknown): Promise<boolean> {
  const { severity } = (error ?? {}) as { readonly severity?: unknown };
  if (typeof severity === 'string' && !(await isClean(client, error))) return false;
  await client.query('rollback');
  return true;
}

async function mapped<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw fencedByData(error);
  }
}

function checkStatement(text: unknown, values: unknown): void {
  if (typeof text !== 'string') throw new TypeError(`text must be a statement, got ${shown(text)}`);
  if (!Array.isArray(values)) throw new TypeError(`values must be an array, got ${shown(values)}`);
}

function rolledBack(): XcError<'XC_SHARD_ROLLED_BACK'> {
  return new XcError(
    'XC_SHARD_ROLLED_BACK',
    'a statement of the transaction has failed, so nothing of it was committed',
  );
}
