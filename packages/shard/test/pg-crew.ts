import { spawnWorker, type Worker } from '@xc/test-support';
import { expect } from 'vitest';
import { type HistoryChecker, historyChecker } from '../src/testing/index.ts';
import type { MoverEnd, MoverOrder } from './pg-mover.ts';
import type { Seen, UserOrder } from './pg-user.ts';
import { everyRow, type PgAddresses, type PgParty } from './pg-world.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
type Mover = Worker<MoverOrder, MoverEnd | 'ready'>;

/** Movers, one at a time, the next one ready to take over. */
export class Movers implements AsyncDisposable {
  readonly #addresses: string;
  #next: Promise<Mover>;

  constructor(addresses: PgAddresses) {
    this.#addresses = JSON.stringify(addresses);
    this.#next = this.#spawn();
  }

  async take(): Promise<Mover> {
    const mover = await this.#next;
    this.#next = this.#spawn();
    return mover;
  }

  /** Lets one work for a while at most, then kills it. True when it was through before. */
  async killed(order: MoverOrder, afterMs: number): Promise<boolean> {
    await using mover = await this.take();
    await mover.send(order);
    const ended = mover.next().then(
      () => true,
      () => false,
    );
    const isThrough = await Promise.race([ended.then((value) => (value ? 'through' : 'dead')), pause(afterMs)]);
    await mover.kill();
    return isThrough === 'through';
  }

  async finished(order: MoverOrder): Promise<MoverEnd> {
    await using mover = await this.take();
    await mover.send(order);
    return (await mover.next()) as MoverEnd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#next)[Symbol.asyncDispose]();
  }

  async #spawn(): Promise<Mover> {
    const file = new URL('./pg-mover.ts', import.meta.url);
    const mover: Mover = await spawnWorker(file, { args: [this.#addresses] });
    await mover.next();
    return mover;
  }
}

/** Four who write and one who reads, each in a process of its own, all the time. */
export class Users implements AsyncDisposable {
  readonly #workers: readonly Worker<UserOrder | 'end', Seen | 'ready'>[];

  private constructor(workers: readonly Worker<UserOrder | 'end', Seen | 'ready'>[]) {
    this.#workers = workers;
  }

  static async begin(addresses: PgAddresses, seed: number, keys: number): Promise<Users> {
    const kinds = ['writer', 'writer', 'writer', 'writer', 'reader'] as const;
    const workers = await Promise.all(
      kinds.map(async (kind, index) => {
        const worker: Worker<UserOrder | 'end', Seen | 'ready'> = await spawnWorker(
          new URL('./pg-user.ts', import.meta.url),
        );
        await worker.send({ addresses, seed: seed + index, kind, name: `user ${index}`, keys });
        await worker.next();
        return worker;
      }),
    );
    return new Users(workers);
  }

  /** Stops one who writes in the middle of whatever it does. Gives what lets it go on. */
  async pauseOne(): Promise<() => Promise<void>> {
    const [worker] = this.#workers;
    await worker?.pause();
    return async () => worker?.resume();
  }

  /** Ends them, and holds all that they have seen against what is there. */
  async check(party: PgParty): Promise<HistoryChecker> {
    const history = historyChecker();
    for (const worker of this.#workers) await worker.send('end');
    const surprises: string[] = [];
    for (const worker of this.#workers) {
      const seen = (await worker.next()) as Seen;
      // Infinity does not come through a channel of JSON.
      for (const write of seen.writes) history.add({ ...write, endedAt: write.endedAt ?? Number.POSITIVE_INFINITY });
      for (const read of seen.reads) history.addRead(read);
      surprises.push(...seen.surprises);
    }
    expect(surprises.slice(0, 5)).toEqual([]);
    await using router = await party.router();
    history.check({ rows: await everyRow(party), ownerOf: (key) => router.locate(key).shard });
    return history;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}
