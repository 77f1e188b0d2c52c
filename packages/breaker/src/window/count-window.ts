import type { OutcomeWindow } from './outcome-window.ts';

const failedBit = 1;
const slowBit = 2;
// Two bits each: 15 outcomes fill what V8 keeps in an array without a box, whatever way it was built.
const perWord = 15;
const wordsAtFirst = 16;

/**
 * The last `size` outcomes: a ring of two bits each with running counts, so that recording the millionth costs what
 * recording the first did. The ring grows as it fills.
 */
export class CountWindow implements OutcomeWindow {
  calls = 0;
  failures = 0;
  slow = 0;
  slowFailures = 0;
  readonly capacity: number;
  readonly #ring: number[];
  #next = 0;

  constructor(size: number) {
    this.capacity = size;
    this.#ring = new Array<number>(Math.min(wordsAtFirst, Math.ceil(size / perWord))).fill(0);
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    const ring = this.#ring;
    const next = this.#next;
    const word = Math.floor(next / perWord);
    const shift = (next % perWord) << 1;
    if (word === ring.length) ring.push(0);
    const held = ring[word] as number;
    if (this.calls === this.capacity) this.#count((held >>> shift) & 3, -1);
    const outcome = (failed ? failedBit : 0) | (slow ? slowBit : 0);
    this.#count(outcome, 1);
    ring[word] = (held & ~(3 << shift)) | (outcome << shift);
    this.#next = next + 1 === this.capacity ? 0 : next + 1;
  }

  /** Does nothing: a count window forgets by counting. */
  advance(): void {}

  clear(): void {
    this.calls = 0;
    this.failures = 0;
    this.slow = 0;
    this.slowFailures = 0;
    this.#next = 0;
  }

  #count(outcome: number, by: 1 | -1): void {
    this.calls += by;
    if (outcome === 0) return;
    if (outcome & failedBit) this.failures += by;
    if (outcome & slowBit) this.slow += by;
    if (outcome === (failedBit | slowBit)) this.slowFailures += by;
  }
}
