import { type ScriptArgument, slotOf } from '@xc/redis';
import { type CallBounds, type Connection, type Repeatable, ScriptRefusal } from './connection.ts';
import { queueTag } from './queue-tag.ts';
import type { Raw, ShardScripts } from './scripts.ts';

/** One shard of a queue: its keys, and how its scripts are run. */
export class Shard {
  readonly index: number;
  /** Before every suffix. */
  readonly base: string;
  readonly keys: readonly string[];
  /** In a cluster, the key prefix of the client counted in. */
  readonly slot: number;
  readonly #connection: Connection;
  readonly #scripts: ShardScripts;
  readonly #reopen: (bounds: CallBounds) => Promise<void>;

  constructor(
    where: { readonly name: string; readonly index: number; readonly shards: number; readonly prefix: string },
    lanes: readonly string[],
    connection: Connection,
    scripts: ShardScripts,
    reopen: (shard: Shard, bounds: CallBounds) => Promise<void>,
  ) {
    this.index = where.index;
    this.base = `{${queueTag(where.name, where.index, where.shards, where.prefix)}}:`;
    this.slot = slotOf((connection.client.options.keyPrefix ?? '') + this.base);
    this.keys = [`${this.base}m`, ...lanes.map((lane) => `${this.base}w:${lane}`)];
    this.#connection = connection;
    this.#scripts = scripts;
    this.#reopen = (bounds) => reopen(this, bounds);
  }

  /** Runs a script. A shard that has lost its policy, as a server without disk does when it restarts, is given it anew. */
  async run(
    name: keyof ShardScripts,
    args: readonly ScriptArgument[],
    bounds: CallBounds,
    repeatable?: Repeatable,
  ): Promise<readonly Raw[]> {
    const script = this.#scripts[name];
    try {
      return await this.#connection.run(script, this.keys, args, bounds, repeatable);
    } catch (error) {
      if (!(error instanceof ScriptRefusal) || error.why !== 'XCOPEN') throw error;
      await this.#reopen(bounds);
      return await this.#connection.run(script, this.keys, args, bounds, repeatable);
    }
  }
}
