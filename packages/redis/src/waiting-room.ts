import type { RedisLike } from './client.ts';
import { holdOpen } from './hold-open.ts';

/** Somebody who wants to send something through a client whose connection is on its way. */
export interface Waiter {
  /** The client can send, or has ended and refuses by itself. */
  go(): void;
  /** A try to connect has failed; the client goes on trying. */
  onTrouble(error: Error): void;
}

const roomKey = Symbol('@xc/redis waiting room');

/** The one waiting room of a client. */
export function waitingRoomOf(client: RedisLike & { [roomKey]?: WaitingRoom }): WaitingRoom {
  const room = client[roomKey];
  if (room) return room;
  const opened = new WaitingRoom(client);
  Object.defineProperty(client, roomKey, { value: opened });
  return opened;
}

/**
 * Has one set of listeners however many wait: the emitter would warn of a leak at the eleventh. Holds the process open
 * while somebody waits: a client that was told to disconnect between two tries has no timer and no socket any more.
 */
export class WaitingRoom {
  /** Why the last try to connect has failed; `undefined` once one has succeeded, and while nobody knows. */
  trouble: Error | undefined;
  readonly #client: RedisLike;
  readonly #waiting = new Set<Waiter>();
  #release: (() => void) | undefined;

  constructor(client: RedisLike) {
    this.#client = client;
  }

  enter(waiter: Waiter): void {
    if (this.#waiting.size === 0) {
      this.#client.off('ready', this.#recover);
      this.#client.on('ready', this.#letGo).on('end', this.#letGo).on('error', this.#tell);
      this.#release = holdOpen();
    }
    this.#waiting.add(waiter);
  }

  leave(waiter: Waiter): void {
    if (this.#waiting.delete(waiter) && this.#waiting.size === 0) this.#unlisten();
  }

  readonly #letGo = (): void => {
    if (this.#client.status === 'ready') this.trouble = undefined;
    const leaving = [...this.#waiting];
    this.#waiting.clear();
    this.#unlisten();
    for (const waiter of leaving) waiter.go();
  };

  /** A try to connect has failed. */
  note(error: Error & { readonly lastNodeError?: Error }): Error {
    // A cluster says 'all nodes failed'; the reason is what the last of them said.
    this.trouble = error.lastNodeError ?? error;
    return this.trouble;
  }

  readonly #tell = (error: Error): void => {
    const trouble = this.note(error);
    for (const waiter of [...this.#waiting]) waiter.onTrouble(trouble);
  };

  readonly #recover = (): void => {
    this.trouble = undefined;
    this.#client.off('ready', this.#recover);
  };

  #unlisten(): void {
    this.#client.off('ready', this.#letGo).off('end', this.#letGo).off('error', this.#tell);
    // What is known of an outage holds until it is over, also for those who come between two tries.
    if (this.trouble) this.#client.on('ready', this.#recover);
    this.#release?.();
  }
}
