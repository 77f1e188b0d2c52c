import { ManualClock, SeededRandom } from '@xc/core/testing';
import { createPool, type Pool, type PoolOptions } from '../src/index.ts';
import { type FakeResource, fakeFactory } from '../src/testing/index.ts';

const tickMs = 2;
const cores = 4;

/** Who asks the database for something: so many a second, or so many clients that think between two questions. */
export type Demand =
  | { readonly kind: 'open'; readonly perSecond: number }
  | { readonly kind: 'closed'; readonly clients: number; readonly thinkMs: number };

/** What the clients saw. */
export interface Seen {
  readonly perSecond: number;
  readonly p95Ms: number;
}

interface Job {
  leftMs: number;
  readonly done: () => void;
}

/**
 * A database of four cores that works on all queries at once, each the slower the more there are, with some loss for every one
 * more than it has cores; and its clients, who reach it through a pool.
 */
export class SharedProcessor {
  readonly pool: Pool<FakeResource>;
  readonly #clock = new ManualClock();
  readonly #random = new SeededRandom(42);
  #jobs: Job[] = [];
  #thinking: number[] = [];
  #owed = 0;
  #times: number[] = [];

  constructor(options: PoolOptions) {
    this.pool = createPool(fakeFactory(), {
      acquireTimeoutMs: Number.POSITIVE_INFINITY,
      maxCreating: 10,
      leak: false,
      ...options,
      clock: this.#clock,
    });
  }

  /** Lets `seconds` pass under a demand, and tells what its clients saw. */
  async run(demand: Demand, seconds: number): Promise<Seen> {
    this.#times = [];
    if (demand.kind === 'closed') this.#thinking = Array.from({ length: demand.clients }, () => 0);
    for (let ms = 0; ms < seconds * 1_000; ms += tickMs) {
      this.#ask(demand);
      this.#work();
      await this.#clock.advance(tickMs);
    }
    const sorted = this.#times.sort((a, b) => a - b);
    return {
      perSecond: sorted.length / seconds,
      p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? Number.POSITIVE_INFINITY,
    };
  }

  /** Ends the demand and lets the work run out. */
  async rest(): Promise<void> {
    this.#thinking = [];
    while (this.#jobs.length > 0 || this.pool.stats().waiting > 0) {
      this.#work();
      await this.#clock.advance(tickMs);
    }
  }

  #ask(demand: Demand): void {
    const now = this.#clock.monotonic();
    if (demand.kind === 'open') {
      this.#owed += (demand.perSecond * tickMs * 2 * this.#random.next()) / 1_000;
      for (; this.#owed >= 1; this.#owed--) void this.#query(() => {});
      return;
    }
    const ready = this.#thinking.filter((until) => until <= now).length;
    this.#thinking = this.#thinking.filter((until) => until > now);
    for (let client = 0; client < ready; client++) {
      void this.#query(() => {
        const thinkMs = demand.thinkMs * 2 * this.#random.next();
        this.#thinking.push(this.#clock.monotonic() + thinkMs);
      });
    }
  }

  async #query(done: () => void): Promise<void> {
    const asked = this.#clock.monotonic();
    await this.pool.use(
      () => new Promise<void>((resolve) => this.#jobs.push({ leftMs: 5 + this.#random.next() * 10, done: resolve })),
    );
    this.#times.push(this.#clock.monotonic() - asked);
    done();
  }

  #work(): void {
    const running = this.#jobs.length;
    const loss = 1 + 0.02 * Math.max(running - cores, 0);
    const share = (tickMs * Math.min(1, cores / Math.max(running, 1))) / loss;
    for (const job of this.#jobs) job.leftMs -= share;
    const over = this.#jobs.filter(({ leftMs }) => leftMs <= 0);
    this.#jobs = this.#jobs.filter(({ leftMs }) => leftMs > 0);
    for (const { done } of over) done();
  }
}
