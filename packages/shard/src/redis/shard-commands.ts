import { isXcError } from '@xc/core';
import { runCommand, runScript } from '@xc/redis';
import { FencedError } from '../errors/fenced-error.ts';
import { shown } from '../keys/shown.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import type { RouteContext } from '../router/route-context.ts';
import { MARKS } from './guard.ts';
import { type KeyCommand, keyCommand } from './key-commands.ts';
import { GUARD, OWN, type RedisShard } from './redis-shards.ts';
import { callBytesScript, callScript } from './scripts.ts';

/** What of a route a client needs. */
export type RedisRoute = Pick<RouteContext, 'partitions' | 'term' | 'terms' | 'signal' | 'replica'>;

/** What can be an argument of a command. */
export type CommandArgument = string | number | Uint8Array;

/** One command on its way. */
interface Sent extends KeyCommand {
  readonly key: string | Buffer;
  readonly args: readonly CommandArgument[];
  readonly asBytes: boolean;
}

/** How many keys may be marked for a move whose turn is to come; beyond, it looks for its keys itself. */
const MOST_EARLY_MARKS = 5_000;

/** Sends commands to one shard, for one call of a router. */
export class ShardCommands {
  readonly #shard: RedisShard;
  readonly #route: RedisRoute;
  readonly #partitioner: Partitioner | undefined;
  readonly #deadlineMs: number;

  constructor(shard: RedisShard, route: RedisRoute, partitioner: Partitioner | undefined, deadlineMs: number) {
    this.#shard = shard;
    this.#route = route;
    this.#partitioner = partitioner;
    this.#deadlineMs = deadlineMs;
  }

  async run(
    command: string,
    key: string | Uint8Array,
    args: readonly CommandArgument[],
    asBytes: boolean,
  ): Promise<unknown> {
    const known = keyCommand(command, args);
    const bytes = checkedKey(key);
    const partitions = await this.#partitionsOf(bytes);
    const sent = { ...known, key: bytes, args, asBytes };
    return known.kind === 'read' ? await this.#read(sent) : await this.#write(sent, partitions);
  }

  /** Where the key is; without a partitioner: where it must be. */
  async #partitionsOf(key: string | Buffer): Promise<readonly number[]> {
    const { partitions, signal } = this.#route;
    if (this.#partitioner === undefined) return partitions;
    const { locate } = this.#partitioner;
    const [partition] = locate ? await locate.call(this.#partitioner, [key], signal) : [this.#partitioner.of(key)];
    if (partition !== undefined && partitions.includes(partition)) return [partition];
    const what = partitions.length === 1 ? `partition ${partitions[0]}` : `one of ${partitions.length} partitions`;
    throw new TypeError(`key must be in ${what}, where this call was sent, got one of partition ${partition}`);
  }

  /** As the client's own method does it, so that answers are those of the client. Not refused: a read goes to the owner. */
  async #read({ words, key, args, asBytes }: Sent): Promise<unknown> {
    const client = this.#shard.client as unknown as Record<
      'call' | 'callBuffer',
      (...all: unknown[]) => Promise<unknown>
    >;
    const [name, ...rest] = words.map((word) => word.toLowerCase()) as [string, ...string[]];
    // Of one key PFCOUNT keeps what it has counted in the value, which is a write that nobody sees; of two it does not.
    const again = name === 'pfcount' ? [key] : [];
    const send = (): Promise<unknown> =>
      client[asBytes ? 'callBuffer' : 'call'](name, ...rest, key, ...again, ...args.map(asArgument));
    return await own(
      runCommand(this.#shard.client, send, {
        name: words.join(' '),
        deadlineMs: this.#deadlineMs,
        signal: this.#route.signal,
      }),
    );
  }

  async #write({ words, key, args, asBytes }: Sent, partitions: readonly number[]): Promise<unknown> {
    const { term, terms, signal, replica } = this.#route;
    if (replica !== undefined) throw new TypeError(`${words.join(' ')} must be called on the primary, got a replica`);
    const marks = `${this.#shard.prefix}${MARKS}`;
    const known = partitions.map((partition) => terms?.[this.#route.partitions.indexOf(partition)] ?? term);
    const list = [
      partitions.join(','),
      known.join(','),
      marks,
      MOST_EARLY_MARKS,
      words.length,
      ...words,
      ...args.map(asArgument),
    ];
    const script = asBytes ? callBytesScript : callScript;
    const bounds = { deadlineMs: this.#deadlineMs, signal };
    return await own(runScript(this.#shard.client, script, [key, GUARD], list, bounds));
  }
}

function checkedKey(key: unknown): string | Buffer {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new TypeError(`key must be a string or bytes, got ${shown(key)}`);
  }
  const checked = typeof key === 'string' ? key : asBuffer(key);
  const text = typeof checked === 'string' ? checked : checked.toString('latin1');
  if (text.startsWith(OWN)) throw new TypeError(`key must not begin with ${OWN}: those are ours`);
  return checked;
}

function asArgument(argument: CommandArgument): string | number | Buffer {
  return argument instanceof Uint8Array ? asBuffer(argument) : argument;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What the server says of a command is what the client would say of it; a term that is too old is told as ours. */
async function own(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    const isOfCommand = isXcError(error, 'XC_REDIS_SCRIPT') || isXcError(error, 'XC_REDIS_COMMAND');
    if (!isOfCommand || !(cause instanceof Error)) throw error;
    const [, partition, minTerm, term] = /^XCFENCED (\d+) (\d+) (\d+)/.exec(cause.message) ?? [];
    if (partition !== undefined) {
      throw new FencedError({ partition: Number(partition), term: Number(term), minTerm: Number(minTerm) });
    }
    throw cause;
  }
}
