import { shown } from '../../keys/shown.ts';
import type { Row } from '../../moving/data-adapter.ts';
import type { RouteContext } from '../../router/route-context.ts';
import type { ShardData } from './shard-data.ts';

/** What a transaction can do. */
export interface MemoryTransaction {
  /** `undefined` for a key that has no row. */
  get(key: string): Promise<unknown>;
  /** @throws FencedError for a term that the shard refuses. */
  put(key: string, value: unknown): Promise<void>;
  /** @throws FencedError for a term that the shard refuses. */
  delete(key: string): Promise<void>;
}

/** A client of one shard in memory: writes go to the partition of the context it was made for, with its term. */
export interface MemoryClient extends MemoryTransaction {
  /**
   * What `run` writes is there for others when it has resolved, all of it at once or, when it rejects, nothing. From its first
   * write on a fence waits for it.
   */
  transaction<R>(run: (transaction: MemoryTransaction) => PromiseLike<R>): Promise<R>;
  /** Rows of all partitions of the context. */
  list(): Promise<readonly Row[]>;
}

/** Of a router's context, what a client needs. */
export type ClientContext = Pick<RouteContext, 'partition' | 'term'> &
  Partial<Pick<RouteContext, 'partitions' | 'signal'>>;

/** Opens a client for one call. */
export function memoryClient(shards: ShardData, shard: string, context: ClientContext): MemoryClient {
  const { partition, partitions = [partition], term, signal = new AbortController().signal } = context;
  const { capture, fencing, clock } = shards.options;
  const act = <R>(method: string, effect: () => R | PromiseLike<R>): Promise<R> =>
    shards.act({ of: 'client', method, shard, partition }, signal, effect);
  const found = (key: string): unknown => {
    for (const own of partitions) {
      const row = shards.of(shard, own).row(key);
      if (row?.value !== undefined) return row.value;
    }
    return undefined;
  };

  const transaction: MemoryClient['transaction'] = async (run) => {
    const data = shards.of(shard, partition);
    const written = new Map<string, unknown>();
    let inside: Promise<void> | undefined;
    let isOver = false;
    const write = (method: string, key: string, value: unknown): Promise<void> =>
      act(method, async () => {
        if (isOver) throw new Error('the transaction is over');
        if (partitions.length !== 1) throw new TypeError(`a write needs one partition, got ${partitions.length}`);
        if (typeof key !== 'string') throw new TypeError(`key must be a string, got ${shown(key)}`);
        inside ??= data.gate.enter(signal);
        await inside;
        if (fencing === 'data') data.checkTerm(partition, term);
        written.set(key, structuredClone(value));
      });
    try {
      const answer = await run({
        get: (key) => act('get', () => (written.has(key) ? structuredClone(written.get(key)) : found(key))),
        put: (key, value) => {
          if (value === undefined) return Promise.reject(new TypeError('value must not be undefined; delete the row'));
          return write('put', key, value);
        },
        delete: (key) => write('delete', key, undefined),
      });
      await act('commit', () => {
        data.commit(written, shards.nextVersion);
        if (capture === 'log')
          for (const log of data.captures.values()) log.note(written.keys(), clock.monotonic(), term);
      });
      return answer;
    } finally {
      isOver = true;
      inside?.then(() => data.gate.leave()).catch(() => undefined);
    }
  };

  return {
    get: (key) => act('get', () => found(key)),
    put: (key, value) => transaction((own) => own.put(key, value)),
    delete: (key) => transaction((own) => own.delete(key)),
    transaction,
    list: () => act('list', () => partitions.flatMap((own) => shards.of(shard, own).rows)),
  };
}
