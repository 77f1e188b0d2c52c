import { XcError } from '@xc/core';
import { type RedisClient, runCommand } from '@xc/redis';
import type { Redis } from 'ioredis';
import type { EngineSettings } from './redis-engine-options.ts';

interface ClusterNodes {
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role: 'master'): readonly Redis[];
}

/**
 * Waits until what was written before is on replicas or on disk, on a connection of its own: whoever waits there holds up nobody.
 * A write of its own goes first, in the same breath: it stands behind everything that the master has done so far.
 */
export class Durable {
  readonly #client: RedisClient;
  readonly #settings: EngineSettings;

  constructor(client: RedisClient, settings: EngineSettings) {
    this.#client = (client as Redis).duplicate();
    this.#client.on('error', () => {});
    this.#settings = settings;
  }

  /** @throws XcError XC_QUEUE_NOT_DURABLE where it cannot be confirmed in time; the jobs may be there. */
  async confirm(base: string, slot: number, ids: readonly string[]): Promise<void> {
    const { durability, replicas, durabilityMs, deadlineMs } = this.#settings;
    let cause: unknown;
    try {
      const wait = durability === 'fsync' ? ['WAITAOF', 1, 0, durabilityMs] : ['WAIT', replicas, durabilityMs];
      const least = durability === 'fsync' ? 1 : replicas;
      const send = async (): Promise<unknown> => {
        const node = this.#nodeOf(slot);
        const [, reply] = await Promise.all([
          node.call('SET', `${node === this.#client ? '' : this.#prefix}${base}wt`, '1', 'PX', '1000'),
          node.call(...(wait as [string, ...number[]])),
        ]);
        return reply;
      };
      const reply = await runCommand(this.#client, send, {
        name: wait[0] as string,
        deadlineMs: durabilityMs + deadlineMs,
      });
      if (Number(Array.isArray(reply) ? reply[0] : reply) >= least) return;
    } catch (error) {
      cause = error;
    }
    const message = `the jobs were not confirmed on ${durability === 'fsync' ? 'disk' : 'replicas'} within ${durabilityMs} ms`;
    throw new XcError('XC_QUEUE_NOT_DURABLE', message, { cause, details: { ids }, retryable: true });
  }

  close(): void {
    this.#client.disconnect();
  }

  get #prefix(): string {
    return this.#client.options.keyPrefix ?? '';
  }

  #nodeOf(slot: number): Redis {
    if (!this.#client.isCluster) return this.#client as Redis;
    const cluster = this.#client as unknown as ClusterNodes;
    const name = cluster.slots[slot]?.[0];
    const node = cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === name);
    if (node === undefined) throw new Error(`nobody is known to serve slot ${slot}`);
    return node;
  }
}
