import { type Clock, systemClock } from '@xc/core';
import { createRateLimiter, type LimitStore, memoryStore } from '@xc/ratelimit';

export interface Letter {
  readonly to: string;
  readonly text: string;
}

export interface MailWorkerOptions {
  /** Hands a letter to a mail server. */
  deliver(letter: Letter): Promise<void>;
  /** With `redisStore(client)`, all workers of a fleet share the limits. */
  readonly store?: LimitStore;
  readonly clock?: Clock;
}

export interface MailWorker extends AsyncDisposable {
  /** Resolves when the letter has been handed over: as soon as its mail server may be given one. */
  send(letter: Letter, signal?: AbortSignal): Promise<void>;
}

/** Sends letters no faster than the mail servers take them. */
export function createMailWorker(options: MailWorkerOptions): MailWorker {
  const { deliver, clock = systemClock, store = memoryStore({ clock }) } = options;
  // #region wait
  const limiter = createRateLimiter({
    limits: {
      // A mail server takes two letters a second from us, and our provider fifty in all.
      domain: { limit: 2, windowMs: 1_000, burst: 1, key: ({ to }: Letter) => to.slice(to.indexOf('@') + 1) },
      provider: { limit: 50, windowMs: 1_000, key: () => 'provider' },
    },
    store,
    clock,
  });

  return {
    async send(letter, signal) {
      const wanted = { maxWaitMs: 300_000, maxQueued: 10_000, ...(signal && { signal }) };
      const decision = await limiter.wait(letter, wanted);
      if (!decision.allowed) throw new Error(`not within five minutes: ${decision.violated.join(', ')}`);
      await deliver(letter);
    },
    // Who still waits is told at once.
    [Symbol.asyncDispose]: () => limiter.close(),
  };
  // #endregion
}
