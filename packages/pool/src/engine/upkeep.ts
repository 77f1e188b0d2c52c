import type { EndReason } from '../end-reason.ts';
import type { Agenda } from './agenda.ts';
import type { Entry } from './entry.ts';
import type { PoolSettings } from './settings.ts';
import type { Shelf } from './shelf.ts';

/** What looking after idle resources needs of its pool. */
export interface UpkeepHost<T> {
  /** How many are kept open, whatever their age. */
  readonly min: number;
  /** Closes an idle one. */
  evict(entry: Entry<T>, reason: EndReason): void;
  /** Validates an idle one in the background. */
  recheck(entry: Entry<T>, now: number): void;
}

/** Closes what is idle for too long or too old, and has the rest looked at from time to time. */
export class Upkeep<T> {
  readonly #settings: PoolSettings;
  readonly #agenda: Agenda;
  readonly #shelf: Shelf<T>;
  readonly #host: UpkeepHost<T>;
  readonly #rechecks: boolean;
  #waiting = false;

  constructor(settings: PoolSettings, agenda: Agenda, shelf: Shelf<T>, host: UpkeepHost<T>, rechecks: boolean) {
    this.#settings = settings;
    this.#agenda = agenda;
    this.#shelf = shelf;
    this.#host = host;
    this.#rechecks = rechecks && settings.keepaliveMs < Number.POSITIVE_INFINITY;
    // Nothing is ever idle for too long.
    if (settings.idleTimeoutMs === Number.POSITIVE_INFINITY) this.#waiting = true;
  }

  /** A new one: from now on it ages. */
  watch(entry: Entry<T>): void {
    if (entry.expiresAt < Number.POSITIVE_INFINITY) {
      entry.lifetime = this.#agenda.at(entry.expiresAt, () => {
        if (entry.state === 'idle') this.#host.evict(entry, 'lifetime');
      });
    }
    if (this.#rechecks) this.#recheckAt(entry, entry.keepaliveAt);
  }

  forget(entry: Entry<T>): void {
    if (entry.lifetime !== undefined) this.#agenda.drop(entry.lifetime);
    if (entry.keepalive !== undefined) this.#agenda.drop(entry.keepalive);
    entry.lifetime = undefined;
    entry.keepalive = undefined;
  }

  /** Something became idle, or the pool grew: one timer waits for the longest idle of all. */
  idled(): void {
    if (this.#waiting || this.#shelf.size <= this.#host.min) return;
    const first = this.#shelf.idle.first;
    if (first !== undefined && this.#shelf.idle.size > this.#settings.minIdle) this.#wait(first);
  }

  #wait(first: Entry<T>): void {
    this.#waiting = true;
    this.#agenda.at(first.idleSince + this.#settings.idleTimeoutMs, (now) => {
      this.#waiting = false;
      this.#evictIdle(now);
    });
  }

  #evictIdle(now: number): void {
    const { idle } = this.#shelf;
    for (let spare = idle.size - this.#settings.minIdle; spare > 0; spare--) {
      const { first } = idle;
      if (first === undefined || this.#shelf.size <= this.#host.min) return;
      if (first.idleSince + this.#settings.idleTimeoutMs > now) {
        this.#wait(first);
        return;
      }
      this.#host.evict(first, 'idle');
    }
  }

  #recheckAt(entry: Entry<T>, at: number): void {
    entry.keepalive = this.#agenda.at(at, (now) => {
      const due = entry.keepaliveAt <= now;
      if (due && entry.state === 'idle') this.#host.recheck(entry, now);
      // It may have turned out to be dead.
      if (isClosing(entry)) return;
      // In use: when it is back it has at least this long again.
      const { keepaliveMs, keepaliveJitter } = this.#settings;
      const soonest = now + keepaliveMs * (1 - keepaliveJitter);
      this.#recheckAt(entry, due ? soonest : Math.max(entry.keepaliveAt, now));
    });
  }
}

function isClosing<T>({ state }: Entry<T>): boolean {
  return state === 'closing' || state === 'closed';
}
