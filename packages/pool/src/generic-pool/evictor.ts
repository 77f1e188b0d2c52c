import type { Clock, Timer } from '@xc/core';
import type { Entry } from '../engine/entry.ts';
import type { Supply } from '../engine/supply.ts';
import type { EvictionSettings } from './generic-pool-options.ts';

/** Looks at some idle resources now and then, and closes those that are idle for too long; `min` stay open. */
export class Evictor<T> {
  readonly #supply: Supply<T>;
  readonly #settings: EvictionSettings;
  readonly #clock: Clock;
  #timer: Timer | undefined;

  constructor(supply: Supply<T>, settings: EvictionSettings, clock: Clock) {
    this.#supply = supply;
    this.#settings = settings;
    this.#clock = clock;
  }

  start(): void {
    const { everyMs } = this.#settings;
    if (everyMs > 0) this.#timer ??= this.#clock.every(everyMs, () => this.#run());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The longest idle first: when that one stays, the others would. */
  #run(): void {
    const now = this.#clock.monotonic();
    for (const entry of this.#supply.shelf.idle.toArray().slice(0, this.#settings.tests)) {
      if (entry.state === 'idle' && this.#tooIdle(entry, now)) this.#supply.evict(entry, 'idle');
    }
  }

  #tooIdle(entry: Entry<T>, now: number): boolean {
    const { softIdleMs, idleMs } = this.#settings;
    const { min, shelf } = this.#supply;
    const forMs = now - entry.idleSince;
    if (softIdleMs > 0 && forMs > softIdleMs && shelf.idle.size > min) return true;
    return forMs > idleMs && shelf.size > min;
  }
}
