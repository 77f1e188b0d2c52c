import type { Clock } from '@xc/core';
import { runCommand } from '@xc/redis';
import type { Redis } from 'ioredis';

/** What a reader tells. */
export interface StreamReaderEvents {
  /** `whole`: nothing is missing after the place where it was to read on. */
  up(whole: boolean): void;
  message(id: string, bytes: Uint8Array): void;
  down(reason: unknown): void;
}

/** What it reads. */
export interface StreamReaderSettings {
  readonly key: string;
  readonly heartbeatMs: number;
  readonly clock: Clock;
}

type Entry = readonly [id: Buffer, fields: readonly Buffer[]];

const MANY = 1_000;
const BEGINNING = '0-0';

/** Reads a stream on one connection until that is lost. */
export class StreamReader {
  readonly #redis: Redis;
  readonly #settings: StreamReaderSettings;
  readonly #events: StreamReaderEvents;
  #closed = false;

  /** @param from - The last message that was read; none: whatever comes from now on. */
  constructor(redis: Redis, settings: StreamReaderSettings, from: string | undefined, events: StreamReaderEvents) {
    this.#redis = redis;
    this.#settings = settings;
    this.#events = events;
    redis.on('error', (error) => this.#fail(error));
    redis.on('end', () => this.#fail(new Error('the connection has ended')));
    this.#run(from).catch((error: unknown) => this.#fail(error));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#redis.disconnect();
    this.#redis.stream?.destroy();
  }

  async #run(from: string | undefined): Promise<void> {
    const { key, heartbeatMs } = this.#settings;
    // While the place is there, everything after it is there too: what is cut off is always the oldest.
    const whole =
      from !== undefined && (await this.#ask('XRANGE', () => this.#redis.xrange(key, from, from))).length > 0;
    let last = whole ? from : await this.#newest();
    if (this.#closed) return;
    this.#events.up(whole);
    while (!this.#closed) {
      const after = last;
      const block = ['COUNT', MANY, 'BLOCK', Math.ceil(heartbeatMs), 'STREAMS', key, after] as const;
      const found = await this.#ask('XREAD', () => this.#redis.xreadBuffer(...block));
      for (const [id, fields] of (found?.[0]?.[1] ?? []) as readonly Entry[]) {
        if (this.#closed) return;
        last = id.toString();
        this.#events.message(last, fields[1] ?? new Uint8Array(0));
      }
    }
  }

  async #newest(): Promise<string> {
    const [newest] = await this.#ask('XREVRANGE', () =>
      this.#redis.xrevrange(this.#settings.key, '+', '-', 'COUNT', 1),
    );
    return newest?.[0] ?? BEGINNING;
  }

  // A server that hangs does not answer at all, and a read that finds nothing answers after one heartbeat.
  #ask<T>(name: string, send: () => Promise<T>): Promise<T> {
    const { heartbeatMs, clock } = this.#settings;
    return runCommand(this.#redis, send, { name, deadlineMs: 3 * heartbeatMs, clock });
  }

  #fail(reason: unknown): void {
    if (this.#closed) return;
    this.close();
    this.#events.down(reason);
  }
}
