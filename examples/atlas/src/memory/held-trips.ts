import type { Clock } from '@xc/core';
import type { Trip } from '../database/place-store.ts';

export interface HeldTrips extends AsyncDisposable {
  readonly size: number;
  /** Keeps a trip until it could be sent. Throws `error` when it can hold no more. */
  hold(trip: Trip, error: unknown): void;
}

const CAPACITY = 10_000;
const TRY_EVERY_MS = 250;

/**
 * Holds booked trips while the database is away, and sends them in order once it is back. They live in this process: if
 * it dies before, they die with it.
 */
export function createHeldTrips(send: (trip: Trip) => Promise<void>, options: { clock: Clock }): HeldTrips {
  const trips: Trip[] = [];
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    for (let next = trips[0]; next !== undefined; next = trips[0]) {
      try {
        await send(next);
      } catch {
        // Still away. The trip stays first in the line and is tried again at the next tick.
        return;
      }
      trips.shift();
    }
  }

  const timer = options.clock.every(TRY_EVERY_MS, () => {
    if (trips.length === 0) return;
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  });

  return {
    get size() {
      return trips.length;
    },
    hold(trip, error) {
      if (trips.length >= CAPACITY) throw error;
      trips.push(trip);
    },
    async [Symbol.asyncDispose]() {
      timer.cancel();
      await flushing;
      await flush();
    },
  };
}
