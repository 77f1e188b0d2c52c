import type { Clock, Timer } from '@xc/core';
import type { Redis } from 'ioredis';
import { runCommand } from './run-command.ts';

/** What a connection of a bus tells its owner. */
export interface BusConnectionEvents {
  message(channel: string, bytes: Buffer): void;
  /** Whether the place it is connected to is still one of those to listen at. */
  stands(): boolean;
  /** It is of no use any more; told once, and never after `close`. */
  down(reason: Error): void;
}

/** How a connection of a bus behaves. */
export interface BusConnectionOptions {
  readonly sharded: boolean;
  /** For each thing it asks of the server. */
  readonly deadlineMs: number;
  /** How long it may hear nothing before it asks whether the server is there. */
  readonly pingMs: number;
  readonly clock: Clock;
}

/**
 * One connection that listens. Asks for a sign of life whenever it has heard nothing for a while: a peer that has lost
 * its power, or a network that drops packets, never closes a connection.
 */
export class BusConnection {
  readonly #redis: Redis;
  readonly #options: BusConnectionOptions;
  readonly #events: BusConnectionEvents;
  readonly #watchdog: Timer;
  #heard = false;
  #down = false;

  constructor(redis: Redis, options: BusConnectionOptions, events: BusConnectionEvents) {
    this.#redis = redis;
    this.#options = options;
    this.#events = events;
    redis.on(options.sharded ? 'smessageBuffer' : 'messageBuffer', (channel: Buffer, bytes: Buffer) => {
      this.#heard = true;
      if (!this.#down) events.message(channel.toString(), bytes);
    });
    redis.on('end', () => this.fail(new Error('the connection has ended')));
    redis.on('error', (error) => this.fail(error));
    // The server has told us, or the library has noticed, that a slot is served elsewhere now.
    redis.on('moved', () => this.fail(new Error('a slot has moved')));
    this.#watchdog = options.clock.every(options.pingMs, () => this.#watch());
  }

  /** Whether the server has let it in, and it has not been lost since. */
  get stands(): boolean {
    return !this.#down && this.#redis.status === 'ready';
  }

  /** Resolves when the server has confirmed that it sends what is published on the channel. */
  subscribe(channel: string): Promise<unknown> {
    return this.#options.sharded
      ? this.#ask('SSUBSCRIBE', () => this.#redis.ssubscribe(channel))
      : this.#ask('SUBSCRIBE', () => this.#redis.subscribe(channel));
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#options.sharded
      ? this.#ask('SUNSUBSCRIBE', () => this.#redis.sunsubscribe(channel))
      : this.#ask('UNSUBSCRIBE', () => this.#redis.unsubscribe(channel));
  }

  /** Ends the connection and tells its owner why. */
  fail(reason: unknown): void {
    if (this.#down) return;
    this.close();
    this.#events.down(reason instanceof Error ? reason : new Error(String(reason)));
  }

  /** Ends the connection without a word: also one that hangs, at once. */
  close(): void {
    if (this.#down) return;
    this.#down = true;
    this.#watchdog.cancel();
    this.#redis.disconnect();
    this.#redis.stream?.destroy();
  }

  #ask(name: string, send: () => Promise<unknown>): Promise<unknown> {
    const { deadlineMs, clock } = this.#options;
    return runCommand(this.#redis, send, { name, deadlineMs, clock });
  }

  #watch(): void {
    const heard = this.#heard;
    this.#heard = false;
    if (!this.#events.stands()) this.fail(new Error('the node has left the cluster'));
    else if (!heard) this.#ask('PING', () => this.#redis.ping()).catch((error: unknown) => this.fail(error));
  }
}
