import type { Clock } from '@xc/core';
import type { CallBounds } from './connection.ts';

/** How long what was counted is trusted, in ms: others add as well. */
const TRUSTED_MS = 100;

const ANY = -1;

/** How many jobs may wait in a shard after what is sent; -1 is any number. */
export type MostIn = (shard: number) => number;

/**
 * How many more jobs a queue takes that has several shards, of which none knows the others. All are counted before jobs are sent;
 * half of what was free then may be sent without counting again, for a moment. What this process sends never passes the bound;
 * processes that add at the same moment may pass it together by what they send in that moment.
 */
export class Vacancies {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #waiting: (bounds: CallBounds) => Promise<readonly number[]>;
  readonly #underWay = new Set<Promise<unknown>>();
  #counting: Promise<unknown> = Promise.resolve();
  #free = 0;
  #until = 0;

  /** @param waiting - Counts what waits or is delayed in each shard. */
  constructor(most: number, clock: Clock, waiting: (bounds: CallBounds) => Promise<readonly number[]>) {
    this.#most = most;
    this.#clock = clock;
    this.#waiting = waiting;
  }

  /** Sends jobs, of which these are the shards in their order: where there is not room for all, the first ones have it. */
  async within<T>(places: readonly number[], bounds: CallBounds, send: (most: MostIn) => Promise<T>): Promise<T> {
    if (this.#spend(places.length)) return this.#sent(send(() => ANY));
    const counted = this.#counting.then(() => this.#count(places, bounds));
    this.#counting = counted.then(
      () => {},
      () => {},
    );
    return this.#sent(send(await counted));
  }

  async #count(places: readonly number[], bounds: CallBounds): Promise<MostIn> {
    // What is under way from here is to be there when it is counted.
    await Promise.allSettled(this.#underWay);
    if (this.#spend(places.length)) return () => ANY;
    this.#free = 0;
    const most = [...(await this.#waiting(bounds))];
    const free = Math.max(0, this.#most - most.reduce((sum, each) => sum + each, 0));
    for (const place of places.slice(0, free)) most[place] = (most[place] as number) + 1;
    const left = free - places.length;
    if (left < 0) return (shard) => most[shard] as number;
    this.#free = Math.floor(left / 2);
    this.#until = this.#clock.monotonic() + TRUSTED_MS;
    return (shard) => (most[shard] as number) + left;
  }

  #spend(jobs: number): boolean {
    if (jobs > this.#free || this.#clock.monotonic() > this.#until) return false;
    this.#free -= jobs;
    return true;
  }

  #sent<T>(sending: Promise<T>): Promise<T> {
    const tracked = sending.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return tracked;
  }
}
