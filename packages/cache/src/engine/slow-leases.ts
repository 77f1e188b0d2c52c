import { tierKeyOf } from '../keys/name-space.ts';
import { BoundedMap } from './bounded-map.ts';
import type { Core } from './core.ts';
import type { Flight } from './flight.ts';

const REMEMBERED = 10_000;

/**
 * Keeps the leases of loads that are known to outlast them, for as long as they run.
 *
 * A lease that is merely given ends after its time, so that an owner that died, or hangs, holds the others up no longer. Whoever
 * takes over from one whose time was up would meet the same fate, and the next one too, and nothing would ever be stored; it
 * renews. So does a node that has seen a load of the key outlast its lease, from the beginning.
 */
export class SlowLeases {
  readonly #core: Core;
  readonly #fenceMs: number;
  readonly #slow = new BoundedMap<true>(REMEMBERED);

  /** @param fenceMs - What took longer is not stored: nobody need wait for it. */
  constructor(core: Core, fenceMs: number) {
    this.#core = core;
    this.#fenceMs = fenceMs;
  }

  /** Begins with the load; what it returns is to be called when the load has ended. */
  begin(flight: Flight, owner: string, leaseMs: number, tookOver: boolean): () => void {
    const { clock } = this.#core;
    const { place } = flight;
    const started = clock.monotonic();
    if (tookOver) this.#slow.set(place, true);
    const stop = this.#slow.get(place) === undefined ? undefined : this.#keep(flight, owner, leaseMs, started);
    return () => {
      stop?.();
      if (clock.monotonic() - started >= leaseMs) this.#slow.set(place, true);
      else this.#slow.delete(place);
    };
  }

  #keep(flight: Flight, owner: string, leaseMs: number, started: number): () => void {
    const core = this.#core;
    const key = tierKeyOf(flight.place);
    let asking = false;
    const renew = async (): Promise<void> => {
      if (!this.#isWanted(flight)) return end();
      const leftMs = this.#fenceMs - (core.clock.monotonic() - started);
      if (leftMs <= 0) return stop();
      if (asking || core.shared === undefined) return;
      asking = true;
      const hold = { key, owner, leaseMs: Math.min(leaseMs, leftMs) };
      // Where it cannot be asked another try comes before the lease ends.
      const still = await core.shared.gate.run('renew', (tier, call) => tier.renew(hold, call)).catch(() => true);
      asking = false;
      if (!still) stop();
    };
    const timer = core.clock.every(leaseMs / 3, () => void renew());
    const stop = (): void => {
      timer.cancel();
      flight.signal.removeEventListener('abort', end);
    };
    /** Nobody waits for what nobody wants, or what will not stand. */
    const end = (): void => {
      stop();
      if (!core.closed) void core.freeLease(flight.place, owner);
    };
    flight.signal.addEventListener('abort', end, { once: true });
    return stop;
  }

  #isWanted(flight: Flight): boolean {
    if (flight.detached || flight.aborted !== undefined || this.#core.closed) return false;
    return this.#core.book.standing(flight.moment, flight.space, flight.key, flight.groups) === 'valid';
  }
}
