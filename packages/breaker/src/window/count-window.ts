import type { OutcomeWindow } from './outcome-window.ts';

const failedBit = 1;
const slowBit = 2;
// Two bits each: 15 outcomes fill what V8 keeps in an array without a box, whatever way it was built.
const perWord = 15;
const wordsAtFirst = 16;

/**
 * The last `size` outcomes: a ring of two bits each with running counts, so that recording the millionth costs what
 * recording the first did. The ring grows as it fills. Methods are private as in `StateMachine`.
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
    const outcome = (failed ? failedBit : 0) | (slow ? slowBit : 0);
    const next = this.#next;
    const word = (next / perWord) | 0;
    const shift = (next - word * perWord) << 1;
    this.#next = next + 1 === this.capacity ? 0 : next + 1;
    if (word === this.#ring.length) this.#ring.push(0);
    const held = this.#ring[word] as number;
    if (this.calls < this.capacity) {
      this.calls++;
    } else {
      const oldest = (held >>> shift) & 3;
      if (oldest === outcome) return;
      this.countFaults(oldest, -1);
    }
    this.countFaults(outcome, 1);
    this.#ring[word] = (held & ~(3 << shift)) | (outcome << shift);
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

  private countFaults(outcome: number, by: 1 | -1): void {
    if (outcome & failedBit) this.failures += by;
    if (outcome & slowBit) this.slow += by;
    if (outcome === (failedBit | slowBit)) this.slowFailures += by;
  }
}
