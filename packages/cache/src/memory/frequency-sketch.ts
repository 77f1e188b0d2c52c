const ROWS = 4;
/** 16 words of 8 counters: one cache line of 64 bytes has all four counters of a key. */
const BLOCK_WORDS = 16;
const ROW_WORDS = BLOCK_WORDS / ROWS;
/** 4 bits a counter. */
const FULL = 15;
const HALF_MASK = 0x77777777;
/** A block serves 8 keys: 16 counters a key keep the over-estimate small. */
const KEYS_PER_BLOCK = 8;
const SAMPLE_PER_KEY = 10;
/** All counters are halved over this many increments: together for whoever compares two, and without a pause at any size. */
const AGING_STEPS = 512;

/** A sketch begins with about so many blocks, and grows in few and large steps: whatever it counted stays in all it becomes. */
const FIRST_BLOCKS = 512;
const MOST_GROWTH = 64;

/**
 * Estimates how often a key was asked for of late: a count-min sketch of 4-bit counters, all halved whenever ten times as many
 * keys as the cache holds were counted. About 8 bytes a key; it grows with the cache and keeps its counts.
 *
 * TinyLFU: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM ToS 2017; the block layout is
 * that of a blocked Bloom filter (Putze, Sanders, Singler 2007).
 */
export class FrequencySketch {
  #words: Int32Array;
  #blocks: number;
  readonly #most: number;
  #additions = 0;
  /** So many of them and all counters are halved. */
  #sample: number;
  /** The first word that is still to be halved; the end of the table when none is. */
  #aging: number;

  /** @param maxKeys - how many keys the cache holds at most. */
  constructor(maxKeys: number) {
    this.#most = Math.ceil(maxKeys / KEYS_PER_BLOCK);
    let blocks = this.#most;
    while (blocks > FIRST_BLOCKS) blocks = Math.ceil(blocks / Math.min(MOST_GROWTH, Math.ceil(blocks / FIRST_BLOCKS)));
    this.#blocks = blocks;
    this.#words = new Int32Array(blocks * BLOCK_WORDS);
    this.#aging = this.#words.length;
    this.#sample = SAMPLE_PER_KEY * this.capacity;
  }

  /** How many keys it counts well. */
  get capacity(): number {
    return this.#blocks * KEYS_PER_BLOCK;
  }

  /** Counts so many keys well from now on. */
  ensure(keys: number): void {
    while (this.capacity < keys && this.#blocks < this.#most) this.#grow();
  }

  /** Counts one use of the key with this hash. */
  increment(hash: number): void {
    const words = this.#words;
    const start = this.#blockOf(hash);
    const bits = spread(hash);
    const added =
      bump(words, start, bits) |
      bump(words, start + ROW_WORDS, bits >>> 8) |
      bump(words, start + 2 * ROW_WORDS, bits >>> 16) |
      bump(words, start + 3 * ROW_WORDS, bits >>> 24);
    if (added !== 0 && ++this.#additions >= this.#sample) this.#startAging();
    if (this.#aging < words.length) this.#age();
  }

  /** At least how often the key was used since the counters were halved, at most 15. */
  frequency(hash: number): number {
    const start = this.#blockOf(hash);
    const bits = spread(hash);
    const words = this.#words;
    const one = Math.min(count(words, start, bits), count(words, start + ROW_WORDS, bits >>> 8));
    const other = Math.min(
      count(words, start + 2 * ROW_WORDS, bits >>> 16),
      count(words, start + 3 * ROW_WORDS, bits >>> 24),
    );
    return Math.min(one, other);
  }

  #blockOf(hash: number): number {
    return ((((hash >>> 0) * this.#blocks) / 0x1_0000_0000) | 0) * BLOCK_WORDS;
  }

  /** The keys of one block are those of so many neighbours from now on: each begins with what all had. */
  #grow(): void {
    const times = Math.min(MOST_GROWTH, Math.max(2, Math.ceil(this.#most / this.#blocks)));
    const old = this.#words;
    const words = new Int32Array(old.length * times);
    // With nothing counted yet, nothing of it has to be touched.
    for (let start = 0; start < words.length && this.#additions > 0; start += BLOCK_WORDS) {
      const from = Math.floor(start / BLOCK_WORDS / times) * BLOCK_WORDS;
      for (let word = 0; word < BLOCK_WORDS; word++) words[start + word] = old[from + word] as number;
    }
    this.#aging = this.#aging < old.length ? this.#aging * times : words.length;
    this.#words = words;
    this.#blocks *= times;
    this.#sample = SAMPLE_PER_KEY * this.capacity;
  }

  #startAging(): void {
    this.#additions >>>= 1;
    this.#aging = 0;
  }

  #age(): void {
    const words = this.#words;
    const end = Math.min(words.length, this.#aging + Math.max(BLOCK_WORDS, Math.ceil(words.length / AGING_STEPS)));
    for (let word = this.#aging; word < end; word++) words[word] = ((words[word] as number) >>> 1) & HALF_MASK;
    this.#aging = end;
  }
}

// The block comes from the high bits of the hash; the counters inside it from a second mixing of all of them.
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 12);
}

/** Adds to the counter that 5 bits choose out of a row; 0 when it is full. */
function bump(words: Int32Array, row: number, bits: number): number {
  const word = row + (bits & 3);
  const shift = bits & 0x1c;
  const value = words[word] as number;
  if (((value >>> shift) & FULL) === FULL) return 0;
  words[word] = (value + (1 << shift)) | 0;
  return 1;
}

function count(words: Int32Array, row: number, bits: number): number {
  return ((words[row + (bits & 3)] as number) >>> (bits & 0x1c)) & FULL;
}
