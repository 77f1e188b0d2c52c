import type { Place } from '../moving/data-adapter.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { type KeyRange, passOver } from './key-pass.ts';
import type { RedisShard } from './redis-shards.ts';
import { deleteRows } from './rows.ts';

interface List {
  readonly keys: string[];
  readonly until: string | undefined;
}

/** What is still to be deleted, so that not every batch goes through all keys of a shard. */
export class PurgeLists {
  readonly #partitioner: Partitioner;
  readonly #lists = new Map<string, List>();

  constructor(partitioner: Partitioner) {
    this.#partitioner = partitioner;
  }

  /**
   * Deletes keys of the partition; gives how many, 0 only when a pass over all keys has found none that is left.
   * @throws MoverSupersededError
   */
  async take(shard: RedisShard, at: Place, limit: number, signal: AbortSignal): Promise<number> {
    const name = `${at.shard} ${at.partition} ${at.moveId}`;
    let list = this.#lists.get(name) ?? (await this.#pass(shard, at, undefined, signal));
    // What fails on the way is looked for again.
    this.#lists.delete(name);
    for (;;) {
      const deleted = await deleteRows(shard, at, list.keys.splice(0, limit), signal);
      if (deleted > 0) {
        this.#lists.set(name, list);
        return deleted;
      }
      if (list.keys.length > 0) continue;
      if (list.until === undefined) return 0;
      list = await this.#pass(shard, at, list.until, signal);
    }
  }

  async #pass(shard: RedisShard, at: Place, after: string | undefined, signal: AbortSignal): Promise<List> {
    const found = await passOver(shard, this.#partitioner, [{ partition: at.partition, after }], signal);
    const { keys, until } = found.get(at.partition) as KeyRange;
    return { keys: [...keys], until };
  }
}
