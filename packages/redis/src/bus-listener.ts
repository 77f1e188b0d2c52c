import {
  type Clock,
  exponentialBackoff,
  isXcError,
  type Logger,
  type Random,
  type Timer,
  type XcError,
} from '@xc/core';
import type { Redis } from 'ioredis';
import { BusChannel, type Receiver } from './bus-channel.ts';
import { BusConnection } from './bus-connection.ts';
import type { BusRoute } from './bus-route.ts';
import { isEntryRefused, redisError } from './redis-error.ts';

/** How the listening side of a bus behaves. */
export interface BusListenerOptions {
  readonly sharded: boolean;
  readonly deadlineMs: number;
  readonly pingMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const reconnect = exponentialBackoff({ baseMs: 20, capMs: 1_000, jitter: 'equal' });

/**
 * Keeps every channel that somebody hears on a connection to the place that serves it. A channel whose connection is lost
 * is homeless until it is confirmed on another one; there is one loop that finds homes, whatever made channels homeless.
 */
export class BusListener {
  /** The last thing that went wrong with a connection; `undefined` once a channel is heard again. */
  trouble: Error | undefined;
  readonly #route: BusRoute;
  readonly #options: BusListenerOptions;
  readonly #channels = new Map<string, BusChannel>();
  readonly #connections = new Map<string, BusConnection>();
  #failures = 0;
  #retry: Timer | undefined;
  #ended = false;

  constructor(route: BusRoute, options: BusListenerOptions) {
    this.#route = route;
    this.#options = options;
  }

  join(name: string, receiver: Receiver): void {
    const channel = this.#channels.get(name) ?? new BusChannel(name, this.#options.logger);
    this.#channels.set(name, channel);
    channel.receivers.add(receiver);
    if (channel.heard) receiver.joined.resolve();
    else if (!this.#retry) this.#findHomes();
  }

  /** Resolves when the server has confirmed, or cannot any more. */
  async leave(name: string, receiver: Receiver): Promise<void> {
    const channel = this.#channels.get(name);
    if (!channel?.receivers.delete(receiver) || channel.receivers.size > 0) return;
    this.#channels.delete(name);
    // Sent at once, so that a subscription to the same channel right after this one comes after it on the server too.
    await channel.connection?.unsubscribe(name).catch(() => {});
  }

  /** Whether what is asked for this channel goes to a server at all: its connection stands. */
  reaches(name: string): boolean {
    return this.#channels.get(name)?.connection?.stands === true;
  }

  end(reason: XcError): void {
    this.#ended = true;
    this.#retry?.cancel();
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
    for (const { receivers } of this.#channels.values()) for (const { joined } of receivers) joined.reject(reason);
    this.#channels.clear();
  }

  #findHomes(): void {
    for (const channel of this.#channels.values()) {
      if (channel.connection === undefined && !this.#settle(channel)) this.#tryLater();
    }
  }

  #settle(channel: BusChannel): boolean {
    const place = this.#route.placeOf(channel.name);
    const connection = place === undefined ? undefined : (this.#connections.get(place) ?? this.#open(place));
    if (connection === undefined) return false;
    channel.connection = connection;
    connection.subscribe(channel.name).then(
      () => {
        if (channel.connection !== connection) return;
        this.#failures = 0;
        this.trouble = undefined;
        channel.confirm();
      },
      (error: unknown) => {
        if (channel.connection === connection) this.#notHeard(channel, connection, error);
      },
    );
    return true;
  }

  #open(place: string): BusConnection | undefined {
    const redis = this.#way(place);
    if (redis === undefined) return undefined;
    const connection = new BusConnection(redis, this.#options, {
      message: (name, bytes) => this.#channels.get(name)?.deliver(bytes),
      stands: () => this.#route.stands(place),
      down: (reason) => this.#lost(place, connection, reason),
    });
    this.#connections.set(place, connection);
    return connection;
  }

  // A client that cannot be copied now must not take the loop down with it.
  #way(place: string): Redis | undefined {
    try {
      return this.#route.open(place);
    } catch (error) {
      this.trouble = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }

  #lost(place: string, connection: BusConnection, reason: Error): void {
    this.trouble = reason;
    this.#connections.delete(place);
    this.#options.logger.warn({ err: reason }, 'a bus has lost a connection');
    for (const channel of this.#channels.values()) {
      if (channel.connection !== connection) continue;
      channel.lose();
      if (isEntryRefused(reason)) channel.refuse(redisError(reason, { command: 'SUBSCRIBE' }, false));
    }
    this.#tryLater();
  }

  #notHeard(channel: BusChannel, connection: BusConnection, error: unknown): void {
    if (isXcError(error) && !error.retryable) {
      // The server refuses this one channel; the others on the connection have nothing to do with it.
      channel.lose();
      channel.refuse(error);
      this.#tryLater();
    } else {
      connection.fail(error);
    }
  }

  #tryLater(): void {
    if (this.#retry || this.#ended) return;
    const { clock, random } = this.#options;
    this.#failures += 1;
    this.#retry = clock.after(reconnect.delayMs(this.#failures, random), () => void this.#tryAgain());
  }

  async #tryAgain(): Promise<void> {
    const { deadlineMs, clock } = this.#options;
    try {
      await this.#route.refresh({ deadlineMs, clock });
    } catch (error) {
      if (error instanceof Error) this.trouble = error;
    }
    this.#retry = undefined;
    if (!this.#ended) this.#findHomes();
  }
}
