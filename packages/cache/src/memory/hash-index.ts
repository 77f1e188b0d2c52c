/** No value. */
export const ABSENT = -1;

/** From 32-bit hashes to numbers from 0 on, in two columns: linear probing, at most half full. Two equal hashes are one. */
export class HashIndex {
  readonly #hashes: Int32Array;
  /** Value + 1; 0 is an empty place. */
  readonly #values: Int32Array;
  readonly #mask: number;

  /** @param capacity - how many hashes there are at most. */
  constructor(capacity: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)));
    this.#hashes = new Int32Array(places);
    this.#values = new Int32Array(places);
    this.#mask = places - 1;
  }

  get(hash: number): number {
    return (this.#values[this.#placeOf(hash)] as number) - 1;
  }

  set(hash: number, value: number): void {
    const place = this.#placeOf(hash);
    this.#hashes[place] = hash;
    this.#values[place] = value + 1;
  }

  delete(hash: number): void {
    let hole = this.#placeOf(hash);
    if (this.#values[hole] === 0) return;
    // What was pushed on by the one that goes moves back, so that no search ends too early.
    for (let place = this.#next(hole); this.#values[place] !== 0; place = this.#next(place)) {
      const home = this.#home(this.#hashes[place] as number);
      if (((place - home) & this.#mask) < ((place - hole) & this.#mask)) continue;
      this.#hashes[hole] = this.#hashes[place] as number;
      this.#values[hole] = this.#values[place] as number;
      hole = place;
    }
    this.#values[hole] = 0;
  }

  clear(): void {
    this.#values.fill(0);
  }

  /** Where the hash is, or would be put. */
  #placeOf(hash: number): number {
    let place = this.#home(hash);
    while (this.#values[place] !== 0 && this.#hashes[place] !== hash) place = this.#next(place);
    return place;
  }

  #home(hash: number): number {
    return (Math.imul(hash, 0x9e3779b1) >>> 7) & this.#mask;
  }

  #next(place: number): number {
    return (place + 1) & this.#mask;
  }
}
