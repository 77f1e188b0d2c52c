import { isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { spawnWorker, type Worker } from '@xc/test-support';
import { runSeed } from '@xc/test-support/run-seed';
import { expect, test } from 'vitest';
import { createTopology, type Router } from '../src/index.ts';
import type { RedisShardClient } from '../src/redis/index.ts';
import { type HistoryChecker, historyChecker } from '../src/testing/index.ts';
import type { Done, Order } from './redis-mover.ts';
import { everyRow, joinRedis, leftovers, owned, partitioner, type RedisParty, startShards } from './redis-world.ts';

const KEYS = 1_000;
const KILLS = process.env.XC_LONG === '1' ? 40 : 6;
const JOB = 'grow';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('movers are killed at random moments while users write, and nothing is lost nor there twice', async () => {
  const seed = runSeed(9_107);
  const random = new SeededRandom(seed);
  await using servers = await startShards(['a', 'b', 'c']);
  await using party = joinRedis(servers.addresses);
  const shards = ['a', 'b', 'c'].map((id) => ({ id }));
  await party.store.cas(createTopology({ partitioner, shards, owners: owned(['a', 'b']) }), 0);
  await using router = await party.router();
  const users = new Users(router, random);
  const movers = new Movers(JSON.stringify(servers.addresses));
  try {
    await users.fill();
    users.begin();
    let command: Order['command'] = 'run';
    let kills = 0;
    for (; kills < KILLS; kills += 1) {
      // The first ones die so early that none of them is through.
      const early = kills < 3;
      const isAtEntry = random.next() < 0.5 || early;
      const entries = isAtEntry ? 1 + Math.floor(random.next() * (early ? 2 : 14)) : Number.POSITIVE_INFINITY;
      const ended = await movers.killed({ jobId: JOB, command, entries }, isAtEntry ? 3_000 : random.next() * 200);
      if (ended) break;
      command = (await party.journal.jobs()).includes(JOB) ? 'resume' : 'run';
    }
    expect(kills).toBeGreaterThan(2);
    const { phases, errors } = await movers.finished({ jobId: JOB, command, entries: Number.POSITIVE_INFINITY });
    expect([new Set(phases), errors]).toEqual([new Set(['reversible']), []]);
    await pause(200);
    const back = await movers.finished({ jobId: JOB, command: 'reverse', entries: Number.POSITIVE_INFINITY });
    expect([new Set(back.phases), back.errors]).toEqual([new Set(['reversed']), []]);
    await users.end();
    await users.check(party);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    await users.end();
    await movers.dispose();
  }
});

/** Four who write and one who reads, all the time. */
class Users {
  readonly #router: Router<RedisShardClient>;
  readonly #random: SeededRandom;
  readonly #history: HistoryChecker = historyChecker();
  #running: readonly Promise<void>[] = [];
  #isOver = false;
  #count = 0;

  constructor(router: Router<RedisShardClient>, random: SeededRandom) {
    this.#router = router;
    this.#random = random;
  }

  async fill(): Promise<void> {
    for (let n = 0; n < KEYS; n += 10)
      await Promise.all(Array.from({ length: 10 }, (_, i) => this.#write(`key-${n + i}`)));
  }

  begin(): void {
    const loop = async (act: (key: string) => Promise<unknown>): Promise<void> => {
      while (!this.#isOver) {
        await act(`key-${Math.floor(this.#random.next() * 1.2 * KEYS)}`).catch(unlessKnown);
        await pause(this.#random.next() * 4);
      }
    };
    this.#running = [...Array(4).fill((key: string) => this.#write(key)), (key: string) => this.#read(key)].map(loop);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async check({ shards }: RedisParty): Promise<void> {
    await this.#router.refresh();
    const rows = await everyRow(shards);
    this.#history.check({ rows, ownerOf: (key) => this.#router.locate(key).shard });
    expect(this.#history.counts.acknowledged).toBeGreaterThan(KEYS + 500);
    for (const client of Object.values(shards)) expect(await leftovers(client)).toEqual([]);
  }

  #write(key: string): Promise<unknown> {
    this.#count += 1;
    const value = this.#random.next() < 0.1 ? undefined : `value ${this.#count}`;
    return this.#history.write(key, value, () =>
      this.#router.write(key, (redis) =>
        value === undefined ? redis.call('DEL', key) : redis.call('SET', key, value),
      ),
    );
  }

  #read(key: string): Promise<unknown> {
    return this.#history.read(
      key,
      async () => (await this.#router.read(key, (redis) => redis.call('GET', key))) ?? undefined,
    );
  }
}

/** A write that had to wait for too long was not made. */
function unlessKnown(error: unknown): void {
  if (!isXcError(error, 'XC_SHARD_CUTOVER_TIMEOUT')) throw error;
}

/** One at a time, the next one ready to take over. */
class Movers {
  readonly #address: string;
  #next: Promise<Worker<Order, Done | 'ready'>>;

  constructor(address: string) {
    this.#address = address;
    this.#next = this.#spawn();
  }

  /** Lets one work for a while at most, then kills it. True when it was through before. */
  async killed(order: Order, afterMs: number): Promise<boolean> {
    const mover = await this.#take();
    await mover.send(order);
    const ended = mover.next().then(
      () => true,
      () => false,
    );
    const isThrough = await Promise.race([ended, pause(afterMs).then(() => false)]);
    await mover.kill();
    await mover[Symbol.asyncDispose]();
    return isThrough;
  }

  async finished(order: Order): Promise<Done> {
    const mover = await this.#take();
    await mover.send(order);
    try {
      return (await mover.next()) as Done;
    } finally {
      await mover[Symbol.asyncDispose]();
    }
  }

  async dispose(): Promise<void> {
    await (await this.#next)[Symbol.asyncDispose]();
  }

  async #take(): Promise<Worker<Order, Done | 'ready'>> {
    const mover = await this.#next;
    this.#next = this.#spawn();
    return mover;
  }

  async #spawn(): Promise<Worker<Order, Done | 'ready'>> {
    const file = new URL('./redis-mover.ts', import.meta.url);
    const mover = await spawnWorker<Order, Done | 'ready'>(file, { args: [this.#address] });
    await mover.next();
    return mover;
  }
}
