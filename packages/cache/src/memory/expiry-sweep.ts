import type { Clock, Timer } from '@xc/core';
import type { Slot } from './slot.ts';
import { PAGE_SLOTS } from './slot-page.ts';
import type { SlotTable } from './slot-table.ts';

/** A step ends after this long, or after this many entries where the clock stands still. */
const STEP_MS = 0.5;
const STEP_ENTRIES = 2_000;
/** The sweep looks at most at so many entries a millisecond, so that it never takes more than a hundredth of the time. */
const ENTRIES_PER_MS = 2_000;
const CHECK_EVERY = 64;

/**
 * Takes out entries whose time has passed without one timer an entry and without an order of expiry: it walks over pages that
 * have something to give, in steps of at most half a millisecond, and sleeps until the next one can have.
 */
export class ExpirySweep {
  readonly #clock: Clock;
  readonly #table: SlotTable;
  readonly #expire: (slot: Slot) => void;
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #page = 0;

  constructor(clock: Clock, table: SlotTable, expire: (slot: Slot) => void) {
    this.#clock = clock;
    this.#table = table;
    this.#expire = expire;
  }

  /** Something will have to go at this time. */
  expect(at: number): void {
    const wakeAt = Math.max(at, this.#notBefore);
    if (wakeAt < this.#wakeAt) this.#sleepUntil(wakeAt);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #sleepUntil(at: number): void {
    this.#timer?.cancel();
    this.#wakeAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.monotonic()), () => this.#step());
  }

  #step(): void {
    const started = this.#clock.monotonic();
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const budget = { entries: STEP_ENTRIES, until: started + STEP_MS };
    const pages = this.#table.pages;
    while (this.#page < pages) {
      const page = this.#table.page(this.#page * PAGE_SLOTS);
      if (page.soonest <= started) {
        const through = this.#clock.monotonic() <= budget.until && this.#sweepPage(this.#page, started, budget);
        if (!through) {
          this.#sleepUntil(started);
          return;
        }
      }
      this.#page++;
    }
    this.#page = 0;
    this.#notBefore = started + this.#table.used / ENTRIES_PER_MS;
    this.expect(this.#soonest());
  }

  /** False when the budget ran out before the page was through. */
  #sweepPage(number: number, now: number, budget: { entries: number; readonly until: number }): boolean {
    const table = this.#table;
    const first = number * PAGE_SLOTS;
    const end = Math.min(first + PAGE_SLOTS, table.used);
    let soonest = Number.POSITIVE_INFINITY;
    for (let slot = first; slot < end; slot++) {
      if (table.key(slot) === undefined) continue;
      const keptUntil = table.keptUntil(slot);
      if (keptUntil > now) {
        if (keptUntil < soonest) soonest = keptUntil;
        continue;
      }
      if (budget.entries-- <= 0) return false;
      if (budget.entries % CHECK_EVERY === 0 && this.#clock.monotonic() > budget.until) return false;
      this.#expire(slot);
    }
    table.page(first).soonest = soonest;
    return true;
  }

  #soonest(): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (let page = 0; page < this.#table.pages; page++)
      soonest = Math.min(soonest, this.#table.page(page * PAGE_SLOTS).soonest);
    return soonest;
  }
}
