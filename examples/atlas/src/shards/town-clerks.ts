import type { Clock, Random } from '@xc/core';
import type { HistoryChecker } from '@xc/shard/testing';
import type { Place } from '../data/place.ts';
import type { CityShards } from './city-shards.ts';

/** One read or write. */
export interface Errand {
  readonly kind: 'read' | 'write';
  /** When it was due. */
  readonly atMs: number;
  /** From then on. */
  readonly latencyMs: number;
  readonly failed: boolean;
}

/** How many come, and by which dice they choose their cities. */
export interface Pace {
  readonly perSecond: number;
  readonly random: Random;
}

const EVERY_MS = 10;

/** Those who ask for cities and count their people, whatever else is going on; each read and write goes into a history. */
export class TownClerks {
  readonly errands: Errand[] = [];
  readonly #cities: CityShards;
  readonly #history: HistoryChecker;
  readonly #clock: Clock;
  readonly #pace: Pace;
  #counted = 0;

  constructor(cities: CityShards, history: HistoryChecker, clock: Clock, pace: Pace) {
    this.#cities = cities;
    this.#history = history;
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Sends them at their moments, and not when the ones before are back, as long as the work goes on; half of them write. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const since = this.#clock.monotonic();
    const underWay = new Set<Promise<void>>();
    let sent = 0;
    const timer = this.#clock.every(EVERY_MS, () => {
      // As many as are due by now: a timer that comes late leaves nobody out.
      for (const due = ((this.#clock.monotonic() - since) * this.#pace.perSecond) / 1_000; sent < due; sent += 1) {
        const errand = this.#send(sent % 2 === 0 ? 'read' : 'write').finally(() => underWay.delete(errand));
        underWay.add(errand);
      }
    });
    try {
      return await work();
    } finally {
      timer.cancel();
      await Promise.all(underWay);
    }
  }

  async #send(kind: Errand['kind']): Promise<void> {
    const { places } = this.#cities;
    const { id } = places[Math.floor(this.#pace.random.next() * places.length)] as Place;
    const atMs = this.#clock.monotonic();
    const errand = kind === 'read' ? this.#read(String(id)) : this.#write(String(id));
    const failed = await errand.then(
      () => false,
      () => true,
    );
    this.errands.push({ kind, atMs, latencyMs: this.#clock.monotonic() - atMs, failed });
  }

  async #read(key: string): Promise<void> {
    const startedAt = this.#clock.monotonic();
    const value = await this.#cities.router.read(key, async (db) => {
      const { rows } = await db.query<{ population: number }>('SELECT population FROM places WHERE id = $1', [key]);
      return rows[0]?.population;
    });
    this.#history.addRead({ key, value, startedAt, endedAt: this.#clock.monotonic() });
  }

  async #write(key: string): Promise<void> {
    this.#counted += 1;
    const write = { key, value: this.#counted, startedAt: this.#clock.monotonic() };
    try {
      await this.#cities.router.write(key, (db) =>
        db.query('UPDATE places SET population = $2 WHERE id = $1', [key, write.value]),
      );
    } catch (error) {
      this.#history.add({ ...write, endedAt: Number.POSITIVE_INFINITY, outcome: 'unknown' });
      throw error;
    }
    this.#history.add({ ...write, endedAt: this.#clock.monotonic(), outcome: 'acknowledged' });
  }
}
