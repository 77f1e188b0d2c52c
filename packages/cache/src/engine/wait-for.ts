import type { Clock } from '@xc/core';
import type { Flight, Landing } from './flight.ts';

/** How a wait for a flight ended. */
export type Waited =
  | { readonly state: 'landed'; readonly landing: Landing }
  | { readonly state: 'crashed'; readonly error: unknown }
  | { readonly state: 'aborted'; readonly reason: unknown }
  | { readonly state: 'slow' }
  | { readonly state: 'timeout' };

/** How long one caller waits. */
export interface Patience {
  readonly signal: AbortSignal | undefined;
  /** From now; Infinity: no limit. */
  readonly hardMs: number;
  readonly softMs: number;
}

/** Waits for a flight as long as this caller likes to, and leaves nothing behind. Never rejects. */
export function waitFor(flight: Flight, clock: Clock, patience: Patience): Promise<Waited> {
  const { signal, hardMs, softMs } = patience;
  return new Promise((resolve) => {
    const hard =
      hardMs === Number.POSITIVE_INFINITY ? undefined : clock.after(hardMs, () => settle({ state: 'timeout' }));
    const soft = softMs >= hardMs ? undefined : clock.after(softMs, () => settle({ state: 'slow' }));
    const abort = (): void => settle({ state: 'aborted', reason: signal?.reason });
    const settle = (waited: Waited): void => {
      hard?.cancel();
      soft?.cancel();
      signal?.removeEventListener('abort', abort);
      resolve(waited);
    };
    signal?.addEventListener('abort', abort, { once: true });
    flight.landing.then(
      (landing) => settle({ state: 'landed', landing }),
      (error: unknown) => settle({ state: 'crashed', error }),
    );
  });
}
