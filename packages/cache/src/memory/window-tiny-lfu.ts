import type { Random } from '@xc/core';
import type { EvictionPolicy } from './eviction-policy.ts';
import type { FrequencySketch } from './frequency-sketch.ts';
import type { PolicyColumns } from './policy-columns.ts';
import { NONE, type Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';

const WINDOW = 1;
const PROBATION = 2;
const PROTECTED = 3;

/** The part of the room behind the window that is for entries that were used again. */
const PROTECTED_SHARE = 0.8;
/** So few uses are noise; from here on an attacker who knows a victim's count could keep it in, or keep all others out. */
const WARM = 6;
const WARM_ADMISSION = 1 / 128;
/** A window that has less of its room than this grows: whatever has to go is taken from behind it. */
const FULL_WINDOW = 0.9;
/** How many entries a write moves towards a window that has become smaller. */
const SHIFT_STEP = 32;

export interface WindowTinyLfuSettings {
  readonly columns: PolicyColumns;
  /** The counts of all keys; whoever owns the sketch counts. */
  readonly sketch: FrequencySketch;
  readonly random: Random;
  /** The share of the room that the window has. */
  readonly windowRatio: number;
  /** How much room there is in the unit of `columns.weight`; the weight of what is there, where other bounds may bite first. */
  readonly capacity: number | undefined;
}

/**
 * W-TinyLFU: new entries live in a window ordered by use; one that falls out of it stays only if it was asked for more often than
 * the one that would have to go for it. Behind the window stand entries on probation and, used again there, protected ones.
 *
 * Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM ToS 2017.
 */
export class WindowTinyLfu implements EvictionPolicy {
  readonly watches = true;
  /** Share of the room that the window has; a new value takes effect with the writes that follow. */
  windowRatio: number;
  readonly #settings: WindowTinyLfuSettings;
  readonly #window: SlotList;
  readonly #probation: SlotList;
  readonly #protected: SlotList;
  /** The first of those that have left the window and are still to be weighed against a victim; the others are newer. */
  #candidate: Slot = NONE;
  #evicts = false;

  constructor(settings: WindowTinyLfuSettings) {
    this.#settings = settings;
    this.windowRatio = settings.windowRatio;
    this.#window = new SlotList(settings.columns);
    this.#probation = new SlotList(settings.columns);
    this.#protected = new SlotList(settings.columns);
  }

  added(slot: Slot): void {
    this.#settings.columns.setPlace(slot, WINDOW);
    this.#window.add(slot);
    // Whoever has left the window while nothing had to go may stay; where all weigh the same, whoever came before this one.
    if (!this.#evicts || this.#settings.capacity !== undefined) this.#candidate = NONE;
    this.#evicts = false;
    this.#spillWindow();
  }

  used(slot: Slot): void {
    switch (this.#settings.columns.place(slot)) {
      case WINDOW:
        this.#window.renew(slot);
        break;
      case PROBATION:
        if (slot === this.#candidate) this.#candidate = NONE;
        this.#move(slot, this.#probation, this.#protected, PROTECTED);
        this.#spillProtected();
        break;
      case PROTECTED:
        this.#protected.renew(slot);
        break;
    }
  }

  resized(slot: Slot, by: number): void {
    this.#listOf(slot).resized(by);
  }

  removed(slot: Slot): void {
    if (slot === this.#candidate) this.#candidate = this.#settings.columns.newer(slot);
    this.#listOf(slot).remove(slot);
  }

  victim(): Slot {
    this.#evicts = true;
    if (this.#candidate === NONE) this.#callCandidate();
    const candidate = this.#candidate;
    const victim = this.#probation.oldest;
    if (candidate === NONE || candidate === victim) return this.#oldest();
    if (!this.#admits(candidate, victim)) return candidate;
    this.#candidate = this.#settings.columns.newer(candidate);
    return victim;
  }

  cleared(): void {
    this.#window.clear();
    this.#probation.clear();
    this.#protected.clear();
    this.#candidate = NONE;
  }

  #oldest(): Slot {
    if (this.#probation.oldest !== NONE) return this.#probation.oldest;
    return this.#protected.oldest !== NONE ? this.#protected.oldest : this.#window.oldest;
  }

  #admits(candidate: Slot, victim: Slot): boolean {
    const { columns, random, sketch } = this.#settings;
    const frequency = sketch.frequency(columns.hash(candidate));
    if (frequency > sketch.frequency(columns.hash(victim))) return true;
    return frequency >= WARM && random.next() < WARM_ADMISSION;
  }

  /** Where entries differ in weight, one that came may need the room of several: those next in the window are weighed as well. */
  #callCandidate(): void {
    const slot = this.#window.oldest;
    if (this.#settings.capacity !== undefined || slot === this.#window.newest) return;
    if (this.#window.weight < FULL_WINDOW * this.#windowRoom()) return;
    this.#move(slot, this.#window, this.#probation, PROBATION);
    this.#candidate = slot;
  }

  /** Moves what the window has too much: the last ones that move are weighed against victims, should there be no room. */
  #spillWindow(): void {
    const room = this.#windowRoom();
    for (let steps = 0; this.#window.weight > room && steps < SHIFT_STEP; steps++) {
      const slot = this.#window.oldest;
      // However heavy it is: what was just stored is there to be read.
      if (slot === this.#window.newest) return;
      this.#move(slot, this.#window, this.#probation, PROBATION);
      if (this.#candidate === NONE) this.#candidate = slot;
    }
  }

  #spillProtected(): void {
    const room = Math.floor((1 - this.windowRatio) * PROTECTED_SHARE * this.#capacity());
    for (let steps = 0; this.#protected.weight > room && steps < SHIFT_STEP; steps++) {
      this.#move(this.#protected.oldest, this.#protected, this.#probation, PROBATION);
    }
  }

  #move(slot: Slot, from: SlotList, to: SlotList, place: number): void {
    from.remove(slot);
    this.#settings.columns.setPlace(slot, place);
    to.add(slot);
  }

  #windowRoom(): number {
    return Math.max(1, Math.floor(this.windowRatio * this.#capacity()));
  }

  #capacity(): number {
    return this.#settings.capacity ?? this.#window.weight + this.#probation.weight + this.#protected.weight;
  }

  #listOf(slot: Slot): SlotList {
    const place = this.#settings.columns.place(slot);
    return place === WINDOW ? this.#window : place === PROBATION ? this.#probation : this.#protected;
  }
}
