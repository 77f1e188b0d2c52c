import { type Clock, isXcError, type Random, systemRandom, type Timer, XcError } from '@xc/core';
import type { AddReply, AddRequest } from '../engine/add-request.ts';

const RETRY_MS = 100;

/** Holds adds while Redis is away, and sends them in their order when it is back. */
export class AddBuffer {
  readonly #send: (request: AddRequest) => Promise<AddReply>;
  readonly #most: number;
  readonly #clock: Clock;
  readonly #random: Random = systemRandom;
  readonly #held: AddRequest[] = [];
  #size = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;

  constructor(most: number, clock: Clock, send: (request: AddRequest) => Promise<AddReply>) {
    this.#most = most;
    this.#clock = clock;
    this.#send = send;
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

  /** Takes a request whose jobs have ids. @throws XcError XC_QUEUE_FULL */
  hold(request: AddRequest, cause: unknown): AddReply {
    const { entries } = request;
    if (this.#size + entries.length > this.#most) {
      const message = `Redis is away, and the buffer of ${this.#most} jobs is full`;
      throw new XcError('XC_QUEUE_FULL', message, { cause, details: { bufferMax: this.#most }, retryable: true });
    }
    this.#held.push(request);
    this.#size += entries.length;
    this.#later();
    return { jobs: entries.map(({ id }) => ({ id: id as string, outcome: 'added' })), now: this.#clock.now() };
  }

  /** Tries once more to send what is held, and gives it up. Resolves to how many jobs were never sent. */
  async close(): Promise<number> {
    this.#timer?.cancel();
    await (this.#sending ?? this.#flush());
    this.#timer?.cancel();
    return this.#size;
  }

  #later(): void {
    this.#timer ??= this.#clock.after(RETRY_MS, () => {
      this.#timer = undefined;
      this.#sending = this.#flush().finally(() => {
        this.#sending = undefined;
      });
    });
  }

  async #flush(): Promise<void> {
    while (this.#held.length > 0) {
      const [first] = this.#held as [AddRequest];
      try {
        await this.#send(first);
      } catch (error) {
        if (isXcError(error) && error.retryable) return this.#later();
        // Refused for good: nothing that waiting would change.
      }
      this.#held.shift();
      this.#size -= first.entries.length;
    }
  }

  /** Not like those of a shard, which say where they are. */
  #name(): string {
    const letters = Array.from({ length: 16 }, () => Math.floor(this.#random.next() * 36).toString(36));
    return `~b-${letters.join('')}`;
  }
}
