import { type Clock, isXcError, type Timer, XcError } from '@xc/core';
import { runCommand } from '@xc/redis';
import type { Redis } from 'ioredis';

/** What one server tells. */
export interface TrackedServerEvents {
  /** Keys that changed or went; `undefined`: all of them. */
  changed(keys: readonly Buffer[] | undefined): void;
  /** What a node said on the channel. */
  said(bytes: Buffer): void;
  /** The server tells from now on; what changed before is not known. */
  up(): void;
  /** It tells no more. `silent`: and has not for a while. */
  down(reason: unknown, silent: boolean): void;
}

/** How a server is asked. */
export interface TrackedServerSettings {
  /** What the keys begin with. */
  readonly root: string;
  /** Where nodes say what no key tells. */
  readonly channel: string;
  readonly heartbeatMs: number;
  readonly clock: Clock;
}

const INVALIDATIONS = '__redis__:invalidate';

/**
 * One connection on which a server tells of every key below a root that changes, expires, is evicted or flushed, by whomever: it
 * tracks for itself and is its own target. Used once; whoever keeps it makes another one after it is down.
 */
export class TrackedServer {
  readonly #redis: Redis;
  readonly #settings: TrackedServerSettings;
  readonly #events: TrackedServerEvents;
  #heardAt: number;
  #watchdog: Timer | undefined;
  #closed = false;
  #up = false;

  constructor(redis: Redis, settings: TrackedServerSettings, events: TrackedServerEvents) {
    this.#redis = redis;
    this.#settings = settings;
    this.#events = events;
    this.#heardAt = settings.clock.monotonic();
    redis.on('end', () => this.#fail(new Error('the connection has ended')));
    redis.on('error', (error) => this.#fail(error));
    redis.on('messageBuffer', (from: Buffer, what: unknown) => this.#hear(from.toString(), what));
    void this.#begin();
  }

  /** Whether the server tells of everything. */
  get up(): boolean {
    return this.#up;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#up = false;
    this.#watchdog?.cancel();
    this.#redis.disconnect();
    // Also one that hangs, at once.
    this.#redis.stream?.destroy();
  }

  async #begin(): Promise<void> {
    const { root, channel, heartbeatMs, clock } = this.#settings;
    try {
      const id = await this.#ask('CLIENT ID', () => this.#redis.client('ID'));
      // Before the subscription: a connection that listens may not ask for this any more.
      const options = ['REDIRECT', String(id), 'BCAST', 'PREFIX', root];
      await this.#ask('CLIENT TRACKING', () => this.#redis.call('CLIENT', 'TRACKING', 'ON', ...options));
      await this.#ask('SUBSCRIBE', () => this.#redis.subscribe(INVALIDATIONS, channel));
    } catch (error) {
      this.#fail(isRefusal(error) ? unsupported(error) : error);
      return;
    }
    if (this.#closed) return;
    this.#heardAt = clock.monotonic();
    this.#watchdog = clock.every(heartbeatMs, () => this.#watch());
    this.#up = true;
    this.#events.up();
  }

  #ask(name: string, send: () => Promise<unknown>): Promise<unknown> {
    const { heartbeatMs, clock } = this.#settings;
    return runCommand(this.#redis, send, { name, deadlineMs: 2 * heartbeatMs, clock });
  }

  #hear(from: string, what: unknown): void {
    this.#heardAt = this.#settings.clock.monotonic();
    if (this.#closed) return;
    if (from === this.#settings.channel) this.#events.said(what as Buffer);
    else this.#events.changed(Array.isArray(what) ? (what as Buffer[]) : undefined);
  }

  // A peer that has lost its power never closes a connection.
  #watch(): void {
    const { heartbeatMs, clock } = this.#settings;
    const silentMs = clock.monotonic() - this.#heardAt;
    if (silentMs >= 2 * heartbeatMs) {
      this.#fail(new Error(`the server has said nothing for ${Math.round(silentMs)} ms`), true);
      return;
    }
    this.#redis.ping().then(
      () => {
        this.#heardAt = clock.monotonic();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(reason: unknown, silent = false): void {
    if (this.#closed) return;
    this.close();
    this.#events.down(reason, silent);
  }
}

/** Managed servers without CLIENT, servers before 6.0, and users who may not. */
function isRefusal(error: unknown): boolean {
  return (
    isXcError(error) && !error.retryable && (error.code === 'XC_REDIS_COMMAND' || error.details.reply === 'NOPERM')
  );
}

function unsupported(cause: unknown): XcError<'XC_CACHE_TRACKING_UNSUPPORTED'> {
  const message = 'the server does not let its clients track keys: take pubsub instead of tracking';
  return new XcError('XC_CACHE_TRACKING_UNSUPPORTED', message, { cause });
}
