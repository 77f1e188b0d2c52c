import type { RedisLike } from './client.ts';
import { holdOpen } from './hold-open.ts';

const inFlightKey = Symbol('@xc/redis in flight');

/** The one count of a client. */
export function inFlightOf(client: RedisLike & { [inFlightKey]?: InFlight }): InFlight {
  const known = client[inFlightKey];
  if (known) return known;
  const begun = new InFlight(client);
  Object.defineProperty(client, inFlightKey, { value: begun });
  return begun;
}

/**
 * The questions that a client has sent and that are not settled yet. While it is connected its socket holds the process
 * open. Once the connection is lost nothing may: a client that is told to disconnect between two tries drops its timer and
 * keeps what was sent in a queue, without a word. Then the questions hold the process open until their deadline.
 *
 * Listens only while something is in flight; that costs less than a hundredth of a round trip.
 */
export class InFlight {
  readonly #client: RedisLike;
  #count = 0;
  #release: (() => void) | undefined;

  constructor(client: RedisLike) {
    this.#client = client;
  }

  add(): void {
    if (this.#count === 0) this.#client.on('close', this.#hold);
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    this.#client.off('close', this.#hold);
    this.#release?.();
    this.#release = undefined;
  }

  readonly #hold = (): void => {
    this.#release ??= holdOpen();
  };
}
