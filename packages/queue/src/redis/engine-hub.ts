import { type Bus, systemRandom, XcError } from '@xc/core';
import { type RedisClient, redisBus } from '@xc/redis';
import { Connection } from './connection.ts';
import { Durable } from './durable.ts';
import { News, PROCESS_LETTERS } from './news.ts';
import { type ServerAbilities, serverAbilities } from './opening.ts';
import type { EngineSettings } from './redis-engine-options.ts';
import { type ShardScripts, shardScripts } from './scripts.ts';
import { subscriberBus } from './subscriber-bus.ts';

/** What all queues of one engine share: the client, what its servers can do, and the connection that hears news. */
export class EngineHub {
  readonly settings: EngineSettings;
  readonly connection: Connection;
  /** Names this process to scripts. */
  readonly process: string;
  readonly #client: RedisClient;
  #abilities: Promise<ServerAbilities> | undefined;
  #bus: Bus | undefined;
  #listeners = 0;
  #durable: Durable | undefined;
  #scripts: ShardScripts | undefined;

  constructor(client: RedisClient, settings: EngineSettings) {
    this.#client = client;
    this.settings = settings;
    this.connection = new Connection(client, settings.deadlineMs);
    const letters = Array.from({ length: PROCESS_LETTERS }, () => Math.floor(systemRandom.next() * 36).toString(36));
    this.process = letters.join('');
  }

  async abilities(): Promise<ServerAbilities> {
    const asking = this.#abilities ?? serverAbilities(this.connection);
    this.#abilities = asking;
    try {
      return await asking;
    } catch (error) {
      this.#abilities = undefined;
      throw error;
    }
  }

  async scripts(): Promise<ShardScripts> {
    const sharded = await this.#sharded();
    this.#scripts ??= shardScripts(sharded ? 'SPUBLISH' : 'PUBLISH', this.#client.isCluster && !sharded);
    return this.#scripts;
  }

  /** What confirms adds, where that is asked for. @throws XcError XC_QUEUE_UNSUPPORTED where the servers cannot */
  async durable(): Promise<Durable | undefined> {
    const { durability } = this.settings;
    if (durability === 'memory') return undefined;
    if (durability === 'fsync' && !(await this.abilities()).waitsForDisk) {
      throw new XcError('XC_QUEUE_UNSUPPORTED', "durability: 'fsync' needs Redis 7.2 or newer", {
        details: { feature: 'fsync' },
      });
    }
    this.#durable ??= new Durable(this.#client, this.settings);
    return this.#durable;
  }

  /** Hears the news of a queue until `close` of what is returned. The connection goes with the last queue. */
  async news(bases: readonly string[]): Promise<News> {
    const sharded = await this.#sharded();
    const { subscriber, deadlineMs } = this.settings;
    this.#bus ??= subscriber ? subscriberBus(subscriber) : redisBus(this.#client, { sharded, deadlineMs });
    const bus = this.#bus;
    // Sharded channels get the key prefix from the bus, plain ones do not.
    const prefix = sharded ? '' : (this.#client.options.keyPrefix ?? '');
    this.#listeners += 1;
    let open = true;
    const letGo = async (): Promise<void> => {
      if (!open) return;
      open = false;
      this.#listeners -= 1;
      if (this.#listeners > 0) return;
      this.#bus = undefined;
      this.#durable?.close();
      this.#durable = undefined;
      await bus[Symbol.asyncDispose]();
    };
    return new News(
      bus,
      bases.map((base) => prefix + base),
      this.process,
      letGo,
    );
  }

  async #sharded(): Promise<boolean> {
    if (!this.#client.isCluster || this.settings.subscriber !== undefined) return false;
    return (await this.abilities()).shardedPubSub;
  }
}
