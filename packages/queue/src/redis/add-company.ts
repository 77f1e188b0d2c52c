import { type Clock, isXcError, type Timer } from '@xc/core';
import type { AddReply, AddRequest } from '../engine/add-request.ts';

interface Waiting {
  readonly request: AddRequest;
  readonly resolve: (reply: AddReply) => void;
  readonly reject: (reason: unknown) => void;
}

/** Lets adds wait a little for company, so that they travel together. */
export class AddCompany {
  readonly #ms: number;
  readonly #most: number;
  readonly #clock: Clock;
  readonly #send: (request: AddRequest) => Promise<AddReply>;
  #waiting: Waiting[] = [];
  #size = 0;
  #timer: Timer | undefined;
  #leaving: Promise<void> = Promise.resolve();

  constructor(ms: number, most: number, clock: Clock, send: (request: AddRequest) => Promise<AddReply>) {
    this.#ms = ms;
    this.#most = most;
    this.#clock = clock;
    this.#send = send;
  }

  add(request: AddRequest): Promise<AddReply> {
    if (this.#size + request.entries.length > this.#most) this.#leave();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#size += request.entries.length;
      this.#timer ??= this.#clock.after(this.#ms, () => this.#leave());
    });
  }

  /** Sends what waits, now. */
  async close(): Promise<void> {
    this.#leave();
    await this.#leaving;
  }

  #leave(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const together = this.#waiting;
    if (together.length === 0) return;
    this.#waiting = [];
    this.#size = 0;
    this.#leaving = this.#travel(together);
  }

  async #travel(together: readonly Waiting[]): Promise<void> {
    const [first] = together as readonly [Waiting];
    const entries = together.flatMap(({ request }) => [...request.entries]);
    try {
      const { jobs, now } = await this.#send({ request: first.request.request, entries });
      let from = 0;
      for (const { request, resolve } of together) {
        const to = from + request.entries.length;
        resolve({ jobs: jobs.slice(from, to), now });
        from = to;
      }
    } catch (error) {
      // Refused before anything was done, for one of them: the others need not fail with it.
      if (together.length > 1 && !isXcError(error)) await Promise.all(together.map((each) => this.#travel([each])));
      else for (const { reject } of together) reject(error);
    }
  }
}
