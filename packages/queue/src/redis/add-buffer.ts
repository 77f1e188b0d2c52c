import { type Clock, isXcError, type Random, systemRandom, type Timer, XcError } from '@xc/core';
import type { AddEntry, Added, AddReply, AddRequest } from '../engine/add-request.ts';

const RETRY_MS = 100;

/** What a buffer needs of its queue. */
export interface AddBufferHome {
  readonly clock: Clock;
  send(request: AddRequest): Promise<AddReply>;
  /** Told of jobs that were taken and that the queue then refused for good. */
  refused(jobs: number, why: unknown): void;
}

/**
 * Holds adds while Redis is away, and sends them in their order when it is back: one sending at a time, whatever comes meanwhile.
 * What the queue has no room for then is held on.
 */
export class AddBuffer {
  readonly #most: number;
  readonly #home: AddBufferHome;
  readonly #random: Random = systemRandom;
  readonly #held: AddRequest[] = [];
  #size = 0;
  #refused = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(most: number, home: AddBufferHome) {
    this.#most = most;
    this.#home = home;
  }

  /** How many jobs are held. */
  get size(): number {
    return this.#size;
  }

  /** The same request, every job with an id: its caller may be told of it before the server is. */
  named(request: AddRequest): AddRequest {
    const entries = request.entries.map((entry) => (entry.id === undefined ? { ...entry, id: this.#name() } : entry));
    return { ...request, entries };
  }

  /** Takes as many of a request's jobs, which have ids, as there is room for. @throws XcError XC_QUEUE_FULL where there is none */
  hold(request: AddRequest, cause: unknown): AddReply {
    const room = this.#most - this.#size;
    if (room <= 0) {
      const message = `Redis is away, and the buffer of ${this.#most} jobs is full`;
      throw new XcError('XC_QUEUE_FULL', message, { cause, details: { bufferMax: this.#most }, retryable: true });
    }
    const taken = request.entries.slice(0, room);
    this.#held.push({ ...request, entries: taken });
    this.#size += taken.length;
    this.#later();
    const jobs = request.entries.map(
      ({ id }, place): Added => ({ id: id as string, outcome: place < room ? 'added' : 'full' }),
    );
    return { jobs, now: this.#home.clock.now() };
  }

  /** Tries once more to send what is held, and gives it up. Resolves to how many jobs were taken and never added. */
  async close(): Promise<number> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#sendAll();
    return this.#size + this.#refused;
  }

  #later(): void {
    if (this.#closed || this.#sending !== undefined) return;
    this.#timer ??= this.#home.clock.after(RETRY_MS, () => {
      this.#timer = undefined;
      void this.#sendAll();
    });
  }

  #sendAll(): Promise<void> {
    this.#sending ??= this.#flush().finally(() => {
      this.#sending = undefined;
      if (this.#size > 0) this.#later();
    });
    return this.#sending;
  }

  /** Until nothing is held, or it goes no further for now. */
  async #flush(): Promise<void> {
    while (this.#held.length > 0) {
      const { request, entries } = this.#held[0] as AddRequest;
      let left: readonly AddEntry[];
      try {
        const { jobs } = await this.#home.send({ request, entries });
        left = entries.filter((_, place) => jobs[place]?.outcome === 'full');
      } catch (error) {
        if (isXcError(error) && error.retryable) return;
        // Nothing that waiting would change.
        left = [];
        this.#refused += entries.length;
        this.#home.refused(entries.length, error);
      }
      this.#size -= entries.length - left.length;
      if (left.length === 0) {
        this.#held.shift();
        continue;
      }
      // Under another name: this one is remembered with its answer.
      this.#held[0] = { request: this.#name(), entries: left };
      return;
    }
  }

  /** Not like those of a shard, which say where they are. */
  #name(): string {
    const letters = Array.from({ length: 16 }, () => Math.floor(this.#random.next() * 36).toString(36));
    return `~b-${letters.join('')}`;
  }
}
