import type { Clock } from '@xc/core';
import type { AbortWatch } from './abort-watch.ts';
import type { Flight, Landing } from './flight.ts';

/** How a wait for a flight ended. */
export type Waited =
  | { readonly state: 'landed'; readonly landing: Landing }
  | { readonly state: 'crashed'; readonly error: unknown }
  | { readonly state: 'aborted'; readonly reason: unknown }
  /** It is time for a stand-in. */
  | { readonly state: 'slow' }
  | { readonly state: 'timeout' };

/** How long one caller waits. */
export interface Patience {
  readonly signal: AbortSignal | undefined;
  /** From now; Infinity: no limit. */
  readonly hardMs: number;
  readonly softMs: number;
  /** A stand-in that comes ends the wait. */
  readonly overdue?: boolean;
}

/** Waits for a flight as long as this caller likes to, and leaves nothing behind. Never rejects. */
export function waitFor(
  flight: Flight,
  { clock, aborts }: { readonly clock: Clock; readonly aborts: AbortWatch },
  patience: Patience,
): Promise<Waited> {
  const { signal, hardMs, softMs, overdue = false } = patience;
  return new Promise((resolve) => {
    const hard =
      hardMs === Number.POSITIVE_INFINITY ? undefined : clock.after(hardMs, () => settle({ state: 'timeout' }));
    const soft = softMs >= hardMs ? undefined : clock.after(softMs, () => settle({ state: 'slow' }));
    const settle = (waited: Waited): void => {
      hard?.cancel();
      soft?.cancel();
      unwatch?.();
      unhear?.();
      resolve(waited);
    };
    const unwatch = signal && aborts.on(signal, () => settle({ state: 'aborted', reason: signal.reason }));
    const unhear = overdue ? flight.onStandIn(() => settle({ state: 'slow' })) : undefined;
    flight.landing.then(
      (landing) => settle({ state: 'landed', landing }),
      (error: unknown) => settle({ state: 'crashed', error }),
    );
  });
}
