import type { Clock, Timer } from '@xc/core';
import type { Attempt } from './attempt.ts';
import type { BatchHandler } from './batch.ts';
import type { Run } from './handler-runs.ts';
import { isBatch, type TypeHandler } from './handler-table.ts';

interface Gathering {
  readonly attempts: Attempt[];
  readonly timer: Timer | undefined;
}

/** Jobs that are leased and not started, in the order in which to start them, gathered where a handler takes many. */
export class RunShelf {
  readonly #clock: Clock;
  readonly #ready: () => void;
  readonly #gathering = new Map<BatchHandler, Gathering>();
  #runs: Run[] = [];
  #at = 0;
  #gathered = 0;

  /** @param ready - Told when a batch is ready that has waited for more. */
  constructor(clock: Clock, ready: () => void) {
    this.#clock = clock;
    this.#ready = ready;
  }

  /** Runs that could start. */
  get runs(): number {
    return this.#runs.length - this.#at;
  }

  /** Jobs in batches that may still grow. */
  get gathered(): number {
    return this.#gathered;
  }

  get empty(): boolean {
    return this.runs === 0 && this.#gathered === 0;
  }

  put(attempt: Attempt, handler: TypeHandler): void {
    if (isBatch(handler)) this.#gather(attempt, handler);
    else this.#runs.push({ handler, attempts: [attempt] });
  }

  next(): Run | undefined {
    const run = this.#runs[this.#at];
    if (run === undefined) return undefined;
    this.#at += 1;
    if (this.#at === this.#runs.length) {
      this.#runs = [];
      this.#at = 0;
    }
    return run;
  }

  /** Takes everything off the shelf, in order. */
  clear(): readonly Attempt[] {
    const left = this.#runs.slice(this.#at).flatMap(({ attempts }) => attempts);
    for (const { attempts, timer } of this.#gathering.values()) {
      timer?.cancel();
      left.push(...attempts);
    }
    this.#runs = [];
    this.#at = 0;
    this.#gathering.clear();
    this.#gathered = 0;
    return left;
  }

  /** Takes one attempt off the shelf. Returns whether it was there. */
  remove(attempt: Attempt): boolean {
    for (const { attempts } of this.#gathering.values()) {
      const index = attempts.indexOf(attempt);
      if (index < 0) continue;
      attempts.splice(index, 1);
      this.#gathered -= 1;
      return true;
    }
    const index = this.#runs.findIndex(({ attempts }, at) => at >= this.#at && attempts.includes(attempt));
    if (index < 0) return false;
    const run = this.#runs[index] as Run;
    const attempts = run.attempts.filter((other) => other !== attempt);
    if (attempts.length === 0) this.#runs.splice(index, 1);
    else this.#runs[index] = { handler: run.handler, attempts };
    return true;
  }

  #gather(attempt: Attempt, handler: BatchHandler): void {
    let gathering = this.#gathering.get(handler);
    if (gathering === undefined) {
      const timer =
        handler.size === 1 || handler.lingerMs === 0
          ? undefined
          : this.#clock.after(handler.lingerMs, () => {
              this.#close(handler);
              this.#ready();
            });
      gathering = { attempts: [], timer };
      this.#gathering.set(handler, gathering);
    }
    gathering.attempts.push(attempt);
    this.#gathered += 1;
    if (gathering.attempts.length >= handler.size) this.#close(handler);
  }

  /** Batches that do not linger are as large as one reply makes them. */
  closeImpatient(): void {
    for (const [handler, { timer }] of [...this.#gathering]) if (timer === undefined) this.#close(handler);
  }

  #close(handler: BatchHandler): void {
    const gathering = this.#gathering.get(handler);
    if (gathering === undefined) return;
    gathering.timer?.cancel();
    this.#gathering.delete(handler);
    this.#gathered -= gathering.attempts.length;
    if (gathering.attempts.length > 0) this.#runs.push({ handler, attempts: gathering.attempts });
  }
}
