import type { Clock, Timer } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { SettledJob } from '../engine/stored-job.ts';
import type { ResultOptions } from '../job/job-ref.ts';
import { abortSignal, duration, refuseUnknown } from '../option-checks.ts';
import { atEndOfTick } from '../queue/end-of-tick.ts';
import { resultTimeout } from './result-errors.ts';

interface Waiter {
  /** Whose nodes are waited for; `undefined`: jobs by themselves. */
  readonly flow: string | undefined;
  settled(job: SettledJob): void;
  reject(error: unknown): void;
}

// After a look that failed, while pushes may have been lost.
const rereadMs = 1_000;

// Longer than anybody waits.
const foreverMs = 2 ** 40;

/**
 * Waits for jobs to settle: one read that looks and registers, shared by the callers of one tick, then the push of the engine.
 * Only where pushes may have been lost it reads again. The process does not end while somebody waits.
 */
export class Settlements {
  readonly #engine: EngineQueue;
  readonly #clock: Clock;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #unread = new Set<string>();
  #registering: Promise<void> | undefined;
  #again: Timer | undefined;
  #staying: AbortController | undefined;
  #closed = false;

  constructor(engine: EngineQueue, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /**
   * How these jobs ended, in order, once all of them have.
   *
   * @param what - Names what is waited for where it takes too long.
   * @param flow - The one whose nodes these are: it remembers how those ended that are not kept, and of a removed one that it was
   * cancelled.
   * @throws XC_QUEUE_RESULT_TIMEOUT; the reason of `signal`; what the engine throws.
   */
  of(ids: readonly string[], what: string, options: ResultOptions = {}, flow?: string): Promise<readonly SettledJob[]> {
    return new Promise((resolve, reject) => {
      refuseUnknown(options, ['timeoutMs', 'signal']);
      const { timeoutMs, signal } = options;
      if (timeoutMs !== undefined) duration('timeoutMs', timeoutMs);
      abortSignal(signal)?.throwIfAborted();
      const ended = new Map<string, SettledJob>();
      const wanted = new Set(ids);
      const end = () => {
        signal?.removeEventListener('abort', abort);
        timer?.cancel();
        for (const id of wanted) this.#remove(id, waiter);
      };
      const waiter: Waiter = {
        flow,
        settled(job) {
          ended.set(job.id, job);
          if (ended.size < wanted.size) return;
          end();
          resolve(ids.map((id) => ended.get(id) as SettledJob));
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      const abort = () => waiter.reject(signal?.reason);
      const late = () => waiter.reject(resultTimeout(what, timeoutMs as number, flow ?? (ids[0] as string)));
      signal?.addEventListener('abort', abort, { once: true });
      const timer = timeoutMs === undefined ? undefined : this.#clock.after(timeoutMs, late);
      for (const id of wanted) this.#add(id, waiter);
    });
  }

  /** Tells whoever waits for these jobs. */
  settled(jobs: readonly SettledJob[]): void {
    for (const job of jobs) {
      for (const waiter of [...(this.#waiters.get(job.id) ?? [])]) {
        // It was there when it was asked for: somebody has removed it.
        const removed = job.state === 'missing' && waiter.flow !== undefined;
        waiter.settled(removed ? { id: job.id, state: 'cancelled', reason: undefined } : job);
      }
    }
  }

  /** Pushes may have been lost: looks after everybody who is waited for, until that has worked. */
  async reread(): Promise<void> {
    this.#again?.cancel();
    const ids = [...this.#waiters.keys()];
    if (ids.length === 0 || this.#closed) return;
    try {
      await this.#read(ids);
    } catch {
      this.#again = this.#clock.after(rereadMs, () => void this.reread());
      if (this.#closed) this.#again.cancel();
    }
  }

  /** Nobody is waited for any more. */
  close(error: unknown): void {
    this.#closed = true;
    this.#again?.cancel();
    for (const waiters of [...this.#waiters.values()]) for (const waiter of [...waiters]) waiter.reject(error);
  }

  #add(id: string, waiter: Waiter): void {
    this.#stay();
    const others = this.#waiters.get(id);
    if (others === undefined) this.#waiters.set(id, new Set([waiter]));
    else others.add(waiter);
    this.#look(id);
  }

  #remove(id: string, waiter: Waiter): void {
    const others = this.#waiters.get(id);
    if (others?.delete(waiter) && others.size === 0) this.#waiters.delete(id);
    if (this.#waiters.size > 0) return;
    this.#staying?.abort('settled');
    this.#staying = undefined;
  }

  /** In memory nothing else holds the process open, and the jobs would go with it. Of all timers only a sleep does. */
  #stay(): void {
    if (this.#staying !== undefined || this.#engine.pollMs !== undefined) return;
    this.#staying = new AbortController();
    this.#clock.sleep(foreverMs, this.#staying.signal).catch(() => {});
  }

  /**
   * Resolves when everybody who waits so far is known to the engine: what happens to a job from then on reaches them.
   *
   * @throws the reason of `signal`.
   */
  async registered(signal?: AbortSignal): Promise<void> {
    const registering = this.#registering;
    if (registering === undefined) return;
    await new Promise<void>((resolve, reject) => {
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      void registering.then(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  #look(id: string): void {
    if (this.#unread.size === 0) {
      const earlier = this.#registering;
      this.#registering = new Promise((resolve) => {
        atEndOfTick(() => void Promise.all([earlier, this.#readNew()]).then(() => resolve()));
      });
      const own = this.#registering;
      void own.then(() => {
        if (this.#registering === own) this.#registering = undefined;
      });
    }
    this.#unread.add(id);
  }

  async #readNew(): Promise<void> {
    const ids = [...this.#unread].filter((id) => this.#waiters.has(id));
    this.#unread = new Set();
    if (ids.length === 0) return;
    try {
      await this.#read(ids);
    } catch (error) {
      for (const id of ids) for (const waiter of [...(this.#waiters.get(id) ?? [])]) waiter.reject(error);
    }
  }

  /** Jobs by themselves in one read, and the nodes of each flow in one. */
  async #read(ids: readonly string[]): Promise<void> {
    const asked = new Map<string | undefined, Set<string>>();
    for (const id of ids) {
      for (const { flow } of this.#waiters.get(id) ?? []) asked.set(flow, (asked.get(flow) ?? new Set()).add(id));
    }
    await Promise.all([...asked].map(([flow, nodes]) => this.#readOf(flow, [...nodes])));
  }

  async #readOf(flow: string | undefined, ids: readonly string[]): Promise<void> {
    const found = await this.#engine.read('results', { ids, flow });
    for (const job of found) {
      if (job === undefined) continue;
      // Who asked otherwise of the same job is told by a read of its own.
      for (const waiter of [...(this.#waiters.get(job.id) ?? [])]) if (waiter.flow === flow) waiter.settled(job);
    }
  }
}
