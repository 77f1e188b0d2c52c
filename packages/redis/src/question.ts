import { Call, type CallOptions } from './call.ts';
import type { RedisLike } from './client.ts';
import { inFlightOf } from './in-flight.ts';
import { type Asked, isEntryRefused, redisError, timeoutError, unreachedError } from './redis-error.ts';
import { type Waiter, waitingRoomOf } from './waiting-room.ts';

/** The error for one thing that was asked. */
export type Why = (asked: Asked) => unknown;

/**
 * One question to Redis, sent as soon as the client can send and settled by its deadline.
 *
 * While the connection of the client is on its way, the question waits here and not in the queue of the client: one whose
 * time is up in the meantime is never sent, and a server that comes back is not met by a heap of work that nobody waits
 * for any more. A client without an offline queue is asked at once, and so is one that has ended: both refuse by
 * themselves.
 */
export class Question<T> implements Waiter {
  readonly #client: RedisLike;
  readonly #call = new Call<T>();
  readonly #giveUp: (question: Question<T>, why: Why) => void;
  #send: (() => void) | undefined;
  #sent = false;
  #trouble: Error | undefined;

  /** @param giveUp - Settles the question: its time is up, or the server does not let the client in. */
  constructor(client: RedisLike, options: CallOptions, giveUp: (question: Question<T>, why: Why) => void) {
    this.#client = client;
    this.#giveUp = giveUp;
    this.#call.begin(options, () => giveUp(this, (asked) => this.#lateError(asked, options.deadlineMs)));
  }

  get answer(): Promise<T> {
    return this.#call.promise;
  }

  get settled(): boolean {
    return this.#call.settled;
  }

  /** @param send - Hands the question over to the client; called at most once, and not when nobody waits any more. */
  ask(send: () => void): void {
    if (this.settled) return;
    this.#send = send;
    if (this.#client.status === 'ready' || !isOnItsWay(this.#client)) {
      this.go();
    } else if (hasGivenUp(this.#client)) {
      this.#giveUp(this, (asked) => this.errorFor(asked, new Error('Connection is closed.')));
    } else {
      const room = waitingRoomOf(this.#client);
      this.#trouble = room.trouble;
      room.enter(this);
      this.#call.whenSettled = () => room.leave(this);
    }
  }

  resolve(value: T): void {
    this.#call.resolve(value);
  }

  reject(reason: unknown): void {
    this.#call.reject(reason);
  }

  /** What a failure of the client or of the server means for what was asked. */
  errorFor(asked: Asked, error: unknown): unknown {
    return redisError(error, asked, this.#sent);
  }

  go(): void {
    // Another one that waited may have settled it just now.
    if (this.settled) return;
    this.#sent = this.#client.status === 'ready';
    const inFlight = inFlightOf(this.#client);
    inFlight.add();
    this.#call.whenSettled = () => inFlight.remove();
    this.#send?.();
  }

  onTrouble(error: Error): void {
    this.#trouble = error;
    if (isEntryRefused(error)) this.#giveUp(this, (asked) => this.errorFor(asked, error));
  }

  // A failure that is known says more than that time has passed; a server that hangs has told of none.
  #lateError(asked: Asked, deadlineMs: number): unknown {
    const trouble = this.#trouble;
    if (trouble && !this.#sent && this.#client.status !== 'ready') return unreachedError(asked, trouble);
    return timeoutError(asked, deadlineMs, this.#sent, trouble);
  }
}

/**
 * Whether somebody has called `disconnect` between two tries to connect. The client library stops trying then, and
 * neither says so nor refuses what waits in its queue.
 */
function hasGivenUp(client: RedisLike & { manuallyClosing?: boolean; reconnectTimeout?: unknown }): boolean {
  return client.status === 'reconnecting' && client.manuallyClosing === true && client.reconnectTimeout === null;
}

function isOnItsWay(client: RedisLike): boolean {
  if (client.options.enableOfflineQueue === false) return false;
  switch (client.status) {
    case 'wait':
      // Its failure shows as 'end', or as another try.
      client.connect().catch(() => {});
      return true;
    case 'connecting':
    case 'connect':
    case 'reconnecting':
    case 'close':
    case 'disconnecting':
      return true;
    default:
      return false;
  }
}
