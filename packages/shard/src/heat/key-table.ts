import { xxh32Word } from '../hash/xxh32.ts';

/**
 * Finds the number of a key, by open addressing. Every key of a counter that is taken over leaves and another one comes: in a Map
 * that costs twice as much.
 */
export class KeyTable {
  readonly #keys: string[] = [];
  readonly #hashes: Int32Array;
  /** Number + 1 of a key at the place that its hash says or soon after; 0: none. */
  readonly #places: Int32Array;
  readonly #mask: number;

  /** @param size - How many keys there can be at a time, numbered from 0. */
  constructor(size: number) {
    const places = 2 ** Math.ceil(Math.log2(4 * size));
    this.#hashes = new Int32Array(size);
    this.#places = new Int32Array(places);
    this.#mask = places - 1;
  }

  /** Where the number of the key stands, or the place where it would. */
  placeOf(key: string, hash: number): number {
    let place = hash & this.#mask;
    for (;;) {
      const number = (this.#places[place] as number) - 1;
      if (number < 0 || (this.#hashes[number] === hash && this.#keys[number] === key)) return place;
      place = (place + 1) & this.#mask;
    }
  }

  /** The number at a place; -1 for none. */
  at(place: number): number {
    return (this.#places[place] as number) - 1;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** The keys by their numbers. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  /** Gives a number, the next or one that was taken back, to a key that has none. */
  put(number: number, key: string, hash: number): void {
    this.#keys[number] = key;
    this.#hashes[number] = hash;
    this.#places[this.placeOf(key, hash)] = number + 1;
  }

  /** Takes back a number. What stands behind it moves up, so that nothing is ever searched for past a gap. */
  takeBack(number: number): void {
    let gap = this.placeOf(this.#keys[number] as string, this.#hashes[number] as number);
    for (let place = (gap + 1) & this.#mask; this.#places[place] !== 0; place = (place + 1) & this.#mask) {
      const wanted = (this.#hashes[(this.#places[place] as number) - 1] as number) & this.#mask;
      if (((place - wanted) & this.#mask) < ((place - gap) & this.#mask)) continue;
      this.#places[gap] = this.#places[place] as number;
      gap = place;
    }
    this.#places[gap] = 0;
  }
}

/** The hash of a key, as the table takes it. */
export function hashOfKey(key: string): number {
  return xxh32Word(key, 0);
}
