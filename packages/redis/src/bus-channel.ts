import type { BusHandlers, Logger } from '@xc/core';
import type { BusConnection } from './bus-connection.ts';
import type { Call } from './call.ts';

/** Whoever hears a channel. */
export interface Receiver {
  readonly handlers: BusHandlers;
  /** Settles when the channel is heard for the first time on this receiver's behalf; then it counts as listening. */
  readonly joined: Call<void>;
}

/** One channel of a bus, those who hear it, and the connection on which it is heard or about to be. */
export class BusChannel {
  readonly name: string;
  readonly receivers = new Set<Receiver>();
  connection: BusConnection | undefined;
  /** Whether the server has confirmed the subscription on `connection`. */
  heard = false;
  readonly #logger: Logger;

  constructor(name: string, logger: Logger) {
    this.name = name;
    this.#logger = logger;
  }

  /** The server sends what is published from now on: news for whoever waits, and a gap for whoever has listened before. */
  confirm(): void {
    this.heard = true;
    for (const { handlers, joined } of [...this.receivers]) {
      if (joined.settled) this.#protect(() => handlers.gap());
      else joined.resolve();
    }
  }

  /** The connection is lost. */
  lose(): void {
    this.connection = undefined;
    this.heard = false;
  }

  /** The server will not have those who wait; whoever has listened before goes on hoping. */
  refuse(reason: unknown): void {
    for (const { joined } of [...this.receivers]) joined.reject(reason);
  }

  deliver(bytes: Buffer): void {
    // A copy for each: what they do with theirs must not reach the others, nor the buffer of the socket.
    for (const { handlers } of [...this.receivers]) this.#protect(() => handlers.message(Uint8Array.from(bytes)));
  }

  // A handler may be an async function, whatever its type says.
  #protect(notify: () => unknown): void {
    try {
      const promise = notify();
      if (promise instanceof Promise) promise.catch((error: unknown) => this.#tell(error));
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    this.#logger.error({ err: error, channel: this.name }, 'a bus handler threw');
  }
}
