import { type Clock, isXcError } from '@xc/core';
import { inOneWrite, type RedisClient, runCommand } from '@xc/redis';
import type { TierCall } from '../tier/tier-call.ts';
import type { TierRead } from '../tier/tier-read.ts';
import type { KeyLayout } from './key-layout.ts';
import { ServerTime } from './server-time.ts';

/** The commands this makes of any client of one server. */
interface Plain {
  readonly stream: unknown;
  getBuffer(key: string): Promise<Buffer | null>;
  mgetBuffer(keys: readonly string[]): Promise<(Buffer | null)[]>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  time(): Promise<readonly (string | number)[]>;
}

/** What plain commands answered. */
export interface PlainAnswer {
  readonly values: readonly (Buffer | null)[];
  /** Milliseconds of the server. */
  readonly now: number;
  /** `latest`, `floor` and `lengths` of the groups, where they were asked for. */
  readonly groups: readonly (string | null)[] | undefined;
}

/** After so many finds in a row the next is likely to be one as well. */
const LIKELY = 16;
/** How many keys one command reads; a server does nothing else meanwhile. */
const MANY = 64;

/**
 * Reads values by GET and MGET, which cost a server a fraction of a script. They leave no fence: for readers who want none, and
 * for those who would want one of a miss, while whatever is asked for is there. How long a value is still kept is said by the
 * value, by the clock of the server. For one server: those of a cluster have a clock each.
 */
export class PlainReads {
  readonly #client: RedisClient;
  readonly #layout: KeyLayout;
  readonly #clock: Clock;
  readonly #time = new ServerTime();
  #foundInRow = 0;
  #refused = false;

  constructor(client: RedisClient, layout: KeyLayout, clock: Clock) {
    this.#client = client;
    this.#layout = layout;
    this.#clock = clock;
  }

  /** Whether the values alone are likely to be all that is wanted. */
  suit(reads: readonly TierRead[]): boolean {
    if (this.#refused) return false;
    const likely = this.#foundInRow >= LIKELY;
    for (const { fence, known } of reads) {
      if (known !== undefined || fence === 'always' || (fence === 'miss' && !likely)) return false;
    }
    return true;
  }

  /** A reader who would want a fence of a miss has found something fresh, or has not. */
  note(fresh: boolean): void {
    this.#foundInRow = fresh ? this.#foundInRow + 1 : 0;
  }

  /** undefined: Redis refuses to answer so, be it that none of ours stands there. */
  async read(
    keys: readonly string[],
    call: TierCall & { readonly latest?: boolean },
  ): Promise<PlainAnswer | undefined> {
    const { deadlineMs, signal } = call;
    const clock = this.#clock;
    try {
      return await runCommand(this.#client, () => this.#send(keys, call.latest === true), {
        name: 'GET',
        deadlineMs,
        signal,
        clock,
      });
    } catch (error) {
      const reply = isXcError(error) ? error.details.reply : undefined;
      if (reply === 'NOPERM') this.#refused = true;
      else if (reply !== 'WRONGTYPE') throw error;
      return undefined;
    }
  }

  #send(keys: readonly string[], latest: boolean): Promise<PlainAnswer> {
    const client = this.#client as unknown as Plain;
    const at = this.#clock.monotonic();
    const now = this.#time.at(at, client.stream);
    const [first] = keys;
    if (now !== undefined && !latest && keys.length === 1) {
      return client.getBuffer(first as string).then((value) => ({ values: [value], now, groups: undefined }));
    }
    return inOneWrite(this.#client, () => this.#sendAll(client, keys, latest, at, now));
  }

  /** The groups first: as of not later than the values. */
  async #sendAll(
    client: Plain,
    keys: readonly string[],
    latest: boolean,
    at: number,
    known: number | undefined,
  ): Promise<PlainAnswer> {
    const { stream } = client;
    const groups = latest ? client.hmget(this.#layout.groups, 'latest', 'floor', 'lengths') : undefined;
    const time = known === undefined ? client.time() : undefined;
    const [first] = keys;
    const values =
      keys.length === 1 ? [client.getBuffer(first as string)] : chunksOf(keys).map((chunk) => client.mgetBuffer(chunk));
    const [groupsNow, timeNow, ...found] = await Promise.all([groups, time, ...values]);
    const now = known ?? this.#time.learn(timeNow ?? [], at, this.#clock.monotonic(), stream);
    return { values: found.flat(), now, groups: groupsNow };
  }
}

function chunksOf(keys: readonly string[]): (readonly string[])[] {
  if (keys.length <= MANY) return [keys];
  const chunks: string[][] = [];
  for (let at = 0; at < keys.length; at += MANY) chunks.push(keys.slice(at, at + MANY));
  return chunks;
}
