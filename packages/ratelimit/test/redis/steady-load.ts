import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '@xc/core';
import type { Decision } from '../../src/index.ts';

/** What came of a load. */
export interface LoadResult {
  readonly decisions: number;
  readonly degraded: number;
  /** Of the decisions that an outage fell on, by who decided. */
  readonly sources: ReadonlySet<string>;
  /** Rejections, which there must not be. */
  readonly failures: readonly unknown[];
  /**
   * How much later than a plain timer of its deadline the latest decision of a turn came, in all turns but the worst
   * twentieth, without the longest standstill of this process: what the machine does to us it does to the timer as well.
   */
  readonly lateMs: number;
}

const TICK_MS = 10;

/** Asks for so many decisions a second, whether the ones before are answered or not, until told to stop. */
export class SteadyLoad {
  readonly #decide: (index: number) => Promise<Decision>;
  readonly #deadlineMs: number;
  readonly #pending = new Set<Promise<void>>();
  readonly #stalls = monitorEventLoopDelay({ resolution: 1 });
  readonly #sources = new Set<string>();
  readonly #failures: unknown[] = [];
  #decisions = 0;
  #degraded = 0;
  readonly #lateMs: number[] = [];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(perSecond: number, deadlineMs: number, decide: (index: number) => Promise<Decision>) {
    this.#decide = decide;
    this.#deadlineMs = deadlineMs;
    this.#stalls.enable();
    this.#running = this.#run(perSecond);
  }

  /** How many decisions of late were made without the store. */
  get degraded(): number {
    return this.#degraded;
  }

  get decisions(): number {
    return this.#decisions;
  }

  async stop(): Promise<LoadResult> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#pending);
    this.#stalls.disable();
    return {
      decisions: this.#decisions,
      degraded: this.#degraded,
      sources: this.#sources,
      failures: this.#failures,
      lateMs: this.#usualLateMs() - this.#stalls.max / 1e6,
    };
  }

  async #run(perSecond: number): Promise<void> {
    const startedAt = systemClock.monotonic();
    let asked = 0;
    while (!this.#stopped) {
      const due = Math.floor(((systemClock.monotonic() - startedAt) * perSecond) / 1_000);
      // After a standstill the lost time is not made up for at once.
      asked = Math.max(asked, due - (perSecond * 5 * TICK_MS) / 1_000);
      const settled: Promise<number>[] = [];
      for (; asked < due; asked += 1) settled.push(this.#ask(asked));
      this.#watch(settled);
      await systemClock.sleep(TICK_MS);
    }
  }

  /** Compares when the decisions of one turn were there with a timer that began with them. */
  #watch(settled: readonly Promise<number>[]): void {
    const timer = systemClock.sleep(this.#deadlineMs).then(() => performance.now());
    const one: Promise<void> = Promise.all([timer, ...settled]).then(([due, ...at]) => {
      this.#lateMs.push(Math.max(0, ...at.map((settledAt) => settledAt - due)));
      this.#pending.delete(one);
    });
    this.#pending.add(one);
  }

  #usualLateMs(): number {
    const sorted = this.#lateMs.sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  }

  /** Resolves to when the decision was there. */
  async #ask(index: number): Promise<number> {
    try {
      const { degraded, source } = await this.#decide(index);
      this.#decisions += 1;
      if (degraded) {
        this.#degraded += 1;
        this.#sources.add(source);
      }
    } catch (error) {
      this.#failures.push(error);
    }
    return performance.now();
  }
}
