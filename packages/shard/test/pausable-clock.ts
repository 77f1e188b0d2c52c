import type { Clock, Timer } from '@xc/core';

/** The clock of a process that can be stopped: time goes on, but nothing happens until it is woken. */
export class PausableClock implements Clock {
  readonly #clock: Clock;
  readonly #due: (() => void)[] = [];
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, signal);
    await this.running();
  }

  after(ms: number, fn: () => void): Timer {
    return this.#timer((due) => this.#clock.after(ms, due), fn);
  }

  every(ms: number, fn: () => void): Timer {
    return this.#timer((due) => this.#clock.every(ms, due), fn);
  }

  stop(): void {
    this.#isStopped = true;
  }

  wake(): void {
    this.#isStopped = false;
    for (const due of this.#due.splice(0)) due();
  }

  /** Resolves when it is not stopped: what comes from outside waits for this. */
  running(): Promise<void> | undefined {
    return this.#isStopped ? new Promise((resolve) => this.#due.push(resolve)) : undefined;
  }

  #timer(begin: (due: () => void) => Timer, fn: () => void): Timer {
    let isOver = false;
    let isDue = false;
    const run = (): void => {
      isDue = false;
      if (!isOver) fn();
    };
    const timer = begin(() => {
      if (!this.#isStopped) return run();
      if (!isDue) this.#due.push(run);
      isDue = true;
    });
    return {
      cancel() {
        isOver = true;
        timer.cancel();
      },
    };
  }
}
