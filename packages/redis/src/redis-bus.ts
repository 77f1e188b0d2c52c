import {
  type Bus,
  type BusHandlers,
  type Clock,
  type Logger,
  noopLogger,
  type Random,
  type Subscription,
  systemClock,
  systemRandom,
  XcError,
} from '@xc/core';
import type { Redis } from 'ioredis';
import type { Receiver } from './bus-channel.ts';
import { BusListener } from './bus-listener.ts';
import { busRoute } from './bus-route.ts';
import { asBuffer } from './bytes.ts';
import { Call } from './call.ts';
import type { RedisLike } from './client.ts';
import { holdOpen } from './hold-open.ts';
import { checkClient, checkOptions } from './option-checks.ts';
import { publishPlain } from './pinned-publish.ts';
import { timeoutError, unreachedError } from './redis-error.ts';
import { runCommand } from './run-command.ts';

/** Options of {@link redisBus}. */
export interface RedisBusOptions {
  /**
   * Sharded pub/sub (Redis 7): in a cluster a message stays with the master that serves the slot of its channel, instead
   * of going to every node. Publishers and subscribers must agree on it. One connection for each master that has channels.
   * @defaultValue false
   */
  readonly sharded?: boolean;
  /** How long `publish`, `subscribe`, `close` and disposal may take, each, in ms. @defaultValue 2_000 */
  readonly deadlineMs?: number;
  /**
   * How long a connection may hear nothing before it is asked for a sign of life, in ms. A half-open connection is noticed
   * within `pingMs + deadlineMs`.
   * @defaultValue 2_000
   */
  readonly pingMs?: number;
  /** Told of handlers that throw and of connections that are lost. @defaultValue noopLogger */
  readonly logger?: Logger;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** Spreads reconnects. @defaultValue systemRandom */
  readonly random?: Random;
}

/**
 * A bus between processes on the pub/sub of Redis: one server, the master behind Sentinel, or a cluster.
 *
 * Publishes through the client that it is given and listens on connections of its own, opened at the first
 * subscription with the settings of that client and ended by disposal; the client is never closed. Messages come at most
 * once. Whenever a channel is heard again after it was not, for whatever reason, each of its subscribers is called with
 * `gap`: on a lost connection, a restart, a failover, a slot that moved, a half-open connection that the watchdog found.
 *
 * What one publisher publishes on one channel, each message after the one before was resolved, arrives in that order: in
 * a cluster all messages of a channel go in through the master of its slot, and through another node only while that one
 * is away.
 *
 * Plain channels have their name on the server as it is, whatever the key prefix of the client; sharded ones carry that
 * prefix, as SPUBLISH does.
 *
 * @throws TypeError or RangeError at once for a client or options of the wrong kind, and for unknown options.
 * @throws XcError (as rejections of `publish` and `subscribe`) `XC_REDIS_TIMEOUT`, `XC_REDIS_UNAVAILABLE`,
 * `XC_REDIS_COMMAND` (sharded on a server older than 7.0), and `XC_BUS_CLOSED` after disposal.
 *
 * @example
 * ```ts
 * await using bus = redisBus(client);
 * await bus.subscribe('prices', { message: (bytes) => show(jsonCodec.decode(bytes)), gap: () => reload() });
 * await bus.publish('prices', jsonCodec.encode({ apple: 3 }));
 * ```
 */
export function redisBus(client: RedisLike, options: RedisBusOptions = {}): Bus {
  checkClient(client);
  checkOptions(options, {
    sharded: 'boolean',
    deadlineMs: 'positive',
    pingMs: 'positive',
    logger: 'logger',
    clock: 'clock',
    random: 'random',
  });
  const { sharded = false, deadlineMs = 2_000, pingMs = 2_000 } = options;
  const { logger = noopLogger, clock = systemClock, random = systemRandom } = options;
  return new RedisBus(client, { sharded, deadlineMs, pingMs, logger, clock, random });
}

class RedisBus implements Bus {
  readonly #client: RedisLike;
  readonly #listener: BusListener;
  readonly #sharded: boolean;
  /** What the client library puts before a sharded channel. */
  readonly #prefix: string;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  #closed = false;

  constructor(client: RedisLike, options: Required<RedisBusOptions>) {
    const { sharded, deadlineMs, clock } = options;
    this.#client = client;
    this.#sharded = sharded;
    this.#prefix = sharded ? (client.options.keyPrefix ?? '') : '';
    this.#deadlineMs = deadlineMs;
    this.#clock = clock;
    this.#listener = new BusListener(busRoute(client, sharded, options.random), options);
  }

  async publish(channel: string, message: Uint8Array): Promise<void> {
    this.#refuseWhenClosed();
    checkChannel(channel);
    if (!(message instanceof Uint8Array)) throw new TypeError(`message must be a Uint8Array, got ${typeof message}`);
    const client = this.#client as unknown as Redis;
    const bytes = asBuffer(message);
    const options = { deadlineMs: this.#deadlineMs, clock: this.#clock };
    if (this.#sharded)
      await runCommand(client, () => client.spublish(channel, bytes), { name: 'SPUBLISH', ...options });
    else await runCommand(client, () => publishPlain(client, channel, bytes), { name: 'PUBLISH', ...options });
  }

  async subscribe(channel: string, handlers: BusHandlers): Promise<Subscription> {
    this.#refuseWhenClosed();
    checkChannel(channel);
    if (typeof handlers?.message !== 'function' || typeof handlers.gap !== 'function') {
      throw new TypeError('handlers must have the functions message and gap');
    }
    const name = this.#prefix + channel;
    const receiver: Receiver = { handlers, joined: new Call() };
    const late = (): void => receiver.joined.reject(this.#tooLate(name));
    receiver.joined.begin({ deadlineMs: this.#deadlineMs, clock: this.#clock }, late);
    const release = holdOpen();
    this.#listener.join(name, receiver);
    try {
      await receiver.joined.promise;
    } catch (error) {
      void this.#listener.leave(name, receiver);
      throw error;
    } finally {
      release();
    }
    let closing: Promise<void> | undefined;
    return {
      close: () => {
        closing ??= this.#listener.leave(name, receiver);
        return closing;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.end(closed());
  }

  // A failure that is known says more than that time has passed; a server that hangs has told of none.
  #tooLate(channel: string): XcError {
    const asked = { command: this.#sharded ? 'SSUBSCRIBE' : 'SUBSCRIBE' };
    const { trouble } = this.#listener;
    const sent = this.#listener.reaches(channel);
    if (trouble && !sent) return unreachedError(asked, trouble);
    return timeoutError(asked, this.#deadlineMs, sent, trouble);
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw closed();
  }
}

function closed(): XcError {
  return new XcError('XC_BUS_CLOSED', 'the bus is closed');
}

function checkChannel(channel: unknown): void {
  if (typeof channel !== 'string') throw new TypeError(`channel must be a text, got ${typeof channel}`);
}
