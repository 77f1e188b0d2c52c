import type { Clock } from '@xc/core';
import { PartitionData } from './partition-data.ts';

/** A call of an adapter or a client, just before its effect or just after. */
export interface MemoryCall {
  readonly of: 'adapter' | 'client';
  readonly method: string;
  readonly shard: string;
  readonly partition: number;
  readonly when: 'before' | 'after';
}

/** How the shards keep their data. */
export interface ShardDataOptions {
  readonly capture: 'log' | 'mirror';
  readonly fencing: 'data' | 'lease';
  readonly writeDeadlineMs: number;
  readonly clock: Clock;
  readonly interleave: ((call: MemoryCall) => void | PromiseLike<void>) | undefined;
}

/** The data of all shards. Every call of theirs goes through `act`. */
export class ShardData {
  readonly options: ShardDataOptions;
  readonly #shards = new Map<string, Map<number, PartitionData>>();
  readonly #stopped = new Set<string>();
  #version = 0n;

  constructor(options: ShardDataOptions) {
    this.options = options;
  }

  /** One counter for all shards: a row that was written after it had moved is newer than it was before. */
  readonly nextVersion = (): bigint => {
    this.#version += 1n;
    return this.#version;
  };

  of(shard: string, partition: number): PartitionData {
    const partitions = this.#shards.get(shard) ?? new Map<number, PartitionData>();
    this.#shards.set(shard, partitions);
    const data = partitions.get(partition) ?? new PartitionData(this.options.capture === 'mirror');
    partitions.set(partition, data);
    return data;
  }

  /** Partitions that a shard has been asked for, ascending. */
  partitions(shard: string): readonly number[] {
    return [...(this.#shards.get(shard)?.keys() ?? [])].sort((a, b) => a - b);
  }

  get shards(): readonly string[] {
    return [...this.#shards.keys()].sort();
  }

  stop(shard: string): void {
    this.#stopped.add(shard);
  }

  start(shard: string): void {
    this.#stopped.delete(shard);
  }

  /** @throws Error for a shard that is stopped. */
  checkRuns(shard: string): void {
    if (this.#stopped.has(shard)) throw new Error(`shard ${shard} is stopped`);
  }

  /** Runs an effect at a place, others having their turn before it and after. */
  async act<R>(
    call: Omit<MemoryCall, 'when'>,
    signal: AbortSignal,
    effect: (data: PartitionData) => R | PromiseLike<R>,
  ): Promise<R> {
    signal.throwIfAborted();
    const { interleave } = this.options;
    await interleave?.({ ...call, when: 'before' });
    signal.throwIfAborted();
    this.checkRuns(call.shard);
    const answer = await effect(this.of(call.shard, call.partition));
    await interleave?.({ ...call, when: 'after' });
    return answer;
  }
}
