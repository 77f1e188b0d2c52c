import { ManualClock, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createPool, type Lease, type Pool, type PoolFactory, type PoolOptions } from '../src/index.ts';

interface Thing {
  readonly id: number;
}

/** A factory on which everything takes time and fails now and then, and that counts what is open. */
class Weather implements PoolFactory<Thing> {
  readonly clock = new ManualClock();
  readonly chance: SeededRandom;
  readonly live = new Set<Thing>();
  readonly destroyed: Thing[] = [];
  readonly watched = new Map<Thing, (error?: unknown) => void>();
  readonly #delayMs: number;
  opened = 0;
  opening = 0;
  down = false;

  constructor(seed: number) {
    this.chance = new SeededRandom(seed);
    this.#delayMs = this.below(3) * 5;
  }

  below(count: number): number {
    return Math.floor(this.chance.next() * count);
  }

  one<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  async create(): Promise<Thing> {
    this.opening++;
    try {
      await this.#time();
      if (this.down) throw new Error('down');
      const thing = { id: ++this.opened };
      this.live.add(thing);
      return thing;
    } finally {
      this.opening--;
    }
  }

  async destroy(thing: Thing): Promise<void> {
    this.destroyed.push(thing);
    await this.#time();
    this.live.delete(thing);
  }

  async validate(): Promise<boolean> {
    await this.#time();
    if (this.chance.next() < 0.1) throw new Error('invalid');
    return this.chance.next() < 0.8;
  }

  async reset(): Promise<void> {
    if (this.chance.next() < 0.1) throw new Error('unclean');
  }

  watch(thing: Thing, lost: (error?: unknown) => void): () => void {
    this.watched.set(thing, lost);
    return () => this.watched.delete(thing);
  }

  async #time(): Promise<void> {
    if (this.#delayMs > 0) await this.clock.sleep(this.#delayMs);
  }
}

/** A pool in such weather, those who use it, and what must be true whatever happens. */
class Storm {
  readonly weather: Weather;
  readonly meter = new RecordingMeter();
  readonly leases: Lease<Thing>[] = [];
  readonly aborts: AbortController[] = [];
  readonly told = new Map<string, number>();
  readonly pool: Pool<Thing>;
  waiting = 0;
  #most: number;

  constructor(seed: number) {
    this.weather = new Weather(seed);
    const { weather, meter } = this;
    this.#most = 1 + weather.below(4);
    this.pool = createPool(weather, {
      clock: weather.clock,
      random: weather.chance,
      meter,
      max: this.#most,
      min: weather.below(2),
      acquireTimeoutMs: 200 + weather.below(300),
      recheckAfterMs: weather.below(2) * 50,
      idleTimeoutMs: 300,
      maxLifetimeMs: 1_000,
      createErrors: weather.one(['reject', 'reject', 'keep'] as const) ?? 'reject',
      maxWaiting: weather.one([Number.POSITIVE_INFINITY, 3]) ?? 3,
      whenFull: weather.one(['reject', 'drop-oldest', 'drop-lowest'] as const) ?? 'reject',
      leak: weather.below(4) === 0 && { afterMs: 150, action: 'reclaim' },
      onEvent: ({ type }) => this.told.set(type, (this.told.get(type) ?? 0) + 1),
    } satisfies PoolOptions<Thing>);
  }

  get held(): readonly Lease<Thing>[] {
    return this.leases.filter(({ ended }) => !ended);
  }

  acquire(): void {
    const abort = new AbortController();
    this.aborts.push(abort);
    this.waiting++;
    this.pool
      .acquire({ signal: abort.signal, priority: this.weather.below(3) })
      .then((lease) => this.leases.push(lease))
      .catch(() => {})
      .finally(() => this.waiting--);
  }

  lendNow(): void {
    const lease = this.pool.tryAcquire();
    if (lease !== undefined) this.leases.push(lease);
  }

  resize(): void {
    const max = 1 + this.weather.below(5);
    // Who was lent under the old size goes on: the largest one so far is the bound.
    this.#most = Math.max(this.#most, max);
    this.pool.resize({ max, min: Math.min(this.pool.stats().min, max) });
  }

  check(): void {
    const { live, opening, destroyed } = this.weather;
    const stats = this.pool.stats();
    const { size, idle, inUse, creating, closing, waiting } = stats;
    expect(live.size + opening).toBeLessThanOrEqual(this.#most);
    expect(size + creating + closing).toBeLessThanOrEqual(this.#most);
    const values = this.held.map(({ value }) => value);
    expect(new Set(values).size, 'one owner each').toBe(inUse);
    expect(values).toHaveLength(inUse);
    expect(values.filter((value) => destroyed.includes(value))).toEqual([]);
    expect(this.pool.leases()).toHaveLength(inUse);
    expect(waiting).toBeLessThanOrEqual(this.waiting);
    const gauges = Object.entries({ idle, in_use: inUse, creating, closing });
    for (const [state, count] of gauges) {
      expect(this.meter.value('xc_pool_resources', { pool: 'default', state })).toBe(count);
    }
    expect(this.meter.value('xc_pool_waiting', { pool: 'default' })).toBe(waiting);
  }

  /** Fair weather until all is quiet. */
  async calm(): Promise<void> {
    this.weather.down = false;
    this.pool.resume();
    for (let moment = 0; moment < 40; moment++) {
      for (const lease of this.held) lease.release();
      await this.weather.clock.advance(50);
    }
  }
}

type Blow = (storm: Storm) => unknown;

const blows: readonly (readonly [weight: number, Blow])[] = [
  [35, (storm) => storm.acquire()],
  [22, (storm) => storm.weather.one(storm.held)?.release()],
  [3, (storm) => storm.weather.one(storm.leases)?.release()],
  [4, (storm) => void storm.weather.one(storm.held)?.destroy()],
  [6, (storm) => storm.weather.one(storm.aborts)?.abort()],
  [4, (storm) => storm.weather.one([...storm.weather.watched.values()])?.(new Error('cut'))],
  [2, ({ weather }) => Object.assign(weather, { down: !weather.down })],
  [2, (storm) => storm.resize()],
  [1, ({ pool }) => pool.clear()],
  [1, ({ pool }) => pool.clear({ lent: 'interrupt' })],
  [1, ({ pool }) => pool.pause()],
  [2, ({ pool }) => pool.resume()],
  [2, (storm) => storm.lendNow()],
  [15, ({ weather }) => weather.clock.advance(weather.below(60))],
];
const deck = blows.flatMap(([weight, blow]) => Array.from({ length: weight }, () => blow));

const seeds = Array.from({ length: 60 }, (_, at) => at + 1);

test('slow and failing resources have one owner each in any storm, and everything adds up afterwards', async () => {
  for (const seed of seeds) {
    const storm = new Storm(seed);
    const { weather, pool, told } = storm;
    for (let moment = 0; moment < 100; moment++) {
      await weather.one(deck)?.(storm);
      await weather.clock.advance(0);
      storm.check();
    }
    await storm.calm();
    const { acquired, created, closed, size, closing, inUse, waiting } = pool.stats();
    expect({ inUse, waiting, asking: storm.waiting }, `seed ${seed}`).toEqual({ inUse: 0, waiting: 0, asking: 0 });
    expect([created, created - closed, acquired]).toEqual([weather.opened, size + closing, storm.leases.length]);
    expect(told.get('acquire-started')).toBe((told.get('acquired') ?? 0) + (told.get('acquire-failed') ?? 0));
    expect(told.get('closed') ?? 0).toBe(closed);
    const report = pool.drain();
    await weather.clock.advance(1_000);
    expect(await report).toMatchObject({ clean: true });
    expect(weather.live.size).toBe(0);
    expect(new Set(weather.destroyed).size, 'closed once each').toBe(weather.destroyed.length);
  }
});
