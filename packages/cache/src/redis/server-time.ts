/** How long an offset is trusted, in ms: a clock that is set is followed a second later. */
const TRUSTED_MS = 1_000;
/** And how wrong it may be, in ms. */
const EXACT_MS = 50;

/**
 * What the clock of one server shows, without asking it each time: its offset from our own, learned anew each second and for each
 * connection. Ahead of the server by at most the round trip it was learned in, never behind it: nothing lives longer for it.
 */
export class ServerTime {
  #aheadMs = 0;
  #learnedAt = Number.NEGATIVE_INFINITY;
  #connection: unknown;

  /** Milliseconds of the server at `now` of `clock.monotonic()`; undefined: it has to be asked. */
  at(now: number, connection: unknown): number | undefined {
    if (connection !== this.#connection || now - this.#learnedAt >= TRUSTED_MS) return undefined;
    return Math.ceil(now + this.#aheadMs);
  }

  /** What TIME answered, asked at `askedAt` and heard at `heardAt`; gives the milliseconds of the server when it was asked. */
  learn(
    [seconds, micros]: readonly (string | number)[],
    askedAt: number,
    heardAt: number,
    connection: unknown,
  ): number {
    const now = Math.ceil(Number(seconds) * 1_000 + Number(micros) / 1_000);
    if (heardAt - askedAt <= EXACT_MS) {
      this.#aheadMs = now - askedAt;
      this.#learnedAt = askedAt;
      this.#connection = connection;
    }
    return now;
  }
}
