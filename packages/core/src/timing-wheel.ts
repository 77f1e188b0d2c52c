/** What an entry carries for the wheel that holds it; nobody else writes to these. */
export interface WheelEntry<Self> {
  /** The tick that the entry is due at. */
  tick: number;
  /** The place in the wheel, or `outside`. */
  slot: number;
  previous: Self;
  next: Self;
}

/** The `slot` of an entry that is in no wheel. */
export const outside = -1;

const slotsPerLevel = 32;
// 32^11 = 2^55: every safe integer is a tick, so nothing ever overflows the wheel.
const levels = 11;

/**
 * Holds entries by the tick at which they are due and gives them out in order; adding and removing take the same few steps
 * whatever it holds.
 *
 * A hierarchical timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 7): a level is one
 * digit of the tick in base 32. An entry lies on the level of the highest digit in which its tick differs from the wheel's, in
 * the slot of that digit, and comes down a level when the wheel reaches that slot. So all of a level is due before any of the
 * next one, a slot keeps the order in which its entries were added, and a bit set a level finds the next slot in use without
 * walking through empty ones.
 */
export class TimingWheel<Entry extends WheelEntry<Entry>> {
  /** The oldest entry of each slot; its `previous` is the youngest. */
  readonly #slots = new Array<Entry | undefined>(levels * slotsPerLevel).fill(undefined);
  /** A level's slots in use, one bit each. */
  readonly #used = new Int32Array(levels);
  /** All up to this tick has been taken. */
  #tick = 0;

  /**
   * Adds an entry that is due at `tick`, or at the next tick when that one is over.
   *
   * @returns The tick at which the wheel must be looked at for it: the start of the slot it lies in.
   */
  add(entry: Entry, tick: number): number {
    entry.tick = Math.max(tick, this.#tick + 1);
    return this.#place(entry);
  }

  /** Takes an entry out, if it is in. */
  remove(entry: Entry): void {
    const { slot, previous, next } = entry;
    if (slot === outside) return;
    entry.slot = outside;
    if (next === entry) {
      this.#slots[slot] = undefined;
      this.#used[slot >>> 5] = (this.#used[slot >>> 5] ?? 0) & ~(1 << (slot & 31));
      return;
    }
    previous.next = next;
    next.previous = previous;
    if (this.#slots[slot] === entry) this.#slots[slot] = next;
  }

  /** The tick at which there is something to do next, or `Infinity`. Nothing is due before it. */
  nextTick(): number {
    for (let level = 0, width = 1; level < levels; level++, width *= slotsPerLevel) {
      const used = this.#used[level] ?? 0;
      if (used !== 0) return floorTo(this.#tick, width * slotsPerLevel) + lowestBit(used) * width;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Moves the wheel to `tick`, which must be before `nextTick()`: what is added from now on lies as low as it can. */
  moveTo(tick: number): void {
    if (tick > this.#tick) this.#tick = tick;
  }

  /** Moves on to the next tick up to `last` that has entries, and takes them all, in the order of their adding. */
  take(last: number): Entry[] {
    for (let next = this.nextTick(); next <= last; next = this.nextTick()) {
      this.#tick = next;
      const level = this.#used.findIndex((used) => used !== 0);
      const slot = level * slotsPerLevel + lowestBit(this.#used[level] ?? 0);
      const entries = this.#empty(slot);
      if (level === 0) return entries;
      for (const entry of entries) this.#place(entry);
    }
    this.moveTo(last);
    return [];
  }

  #place(entry: Entry): number {
    const { tick } = entry;
    let level = 0;
    let width = 1;
    while (Math.floor(tick / (width * slotsPerLevel)) !== Math.floor(this.#tick / (width * slotsPerLevel))) {
      level += 1;
      width *= slotsPerLevel;
    }
    // Bit operators work modulo 2^32, which leaves the last digit right however great the tick is.
    const digit = (tick / width) & 31;
    const slot = level * slotsPerLevel + digit;
    this.#used[level] = (this.#used[level] ?? 0) | (1 << digit);
    this.#append(entry, slot);
    return floorTo(tick, width);
  }

  #append(entry: Entry, slot: number): void {
    entry.slot = slot;
    const oldest = this.#slots[slot];
    if (oldest === undefined) {
      entry.previous = entry;
      entry.next = entry;
      this.#slots[slot] = entry;
      return;
    }
    entry.previous = oldest.previous;
    entry.next = oldest;
    oldest.previous.next = entry;
    oldest.previous = entry;
  }

  #empty(slot: number): Entry[] {
    const entries: Entry[] = [];
    for (let entry = this.#slots[slot]; entry !== undefined; entry = this.#slots[slot]) {
      entries.push(entry);
      this.remove(entry);
    }
    return entries;
  }
}

function floorTo(tick: number, width: number): number {
  return Math.floor(tick / width) * width;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
