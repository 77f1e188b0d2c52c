import type { RedisLike } from './client.ts';

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

/** Has one set of listeners however many wait: the emitter would warn of a leak at the eleventh. */
export class WaitingRoom {
  readonly #client: RedisLike;
  readonly #waiting = new Set<Waiter>();

  constructor(client: RedisLike) {
    this.#client = client;
  }

  enter(waiter: Waiter): void {
    if (this.#waiting.size === 0) {
      this.#client.on('ready', this.#letGo).on('end', this.#letGo).on('error', this.#tell);
    }
    this.#waiting.add(waiter);
  }

  leave(waiter: Waiter): void {
    if (this.#waiting.delete(waiter) && this.#waiting.size === 0) this.#unlisten();
  }

  readonly #letGo = (): void => {
    const leaving = [...this.#waiting];
    this.#waiting.clear();
    this.#unlisten();
    for (const waiter of leaving) waiter.go();
  };

  readonly #tell = (error: Error & { readonly lastNodeError?: Error }): void => {
    // A cluster says 'all nodes failed'; the reason is what the last of them said.
    for (const waiter of [...this.#waiting]) waiter.onTrouble(error.lastNodeError ?? error);
  };

  #unlisten(): void {
    this.#client.off('ready', this.#letGo).off('end', this.#letGo).off('error', this.#tell);
  }
}
