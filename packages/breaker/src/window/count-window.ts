import type { OutcomeWindow } from './outcome-window.ts';

const failedBit = 1;
const slowBit = 2;
const firstBytes = 16;

/**
 * The last `size` outcomes: a ring of two bits each with running counts, so that recording the millionth costs what
 * recording the first did. The ring grows as it fills, up to `size / 4` bytes.
 */
export class CountWindow implements OutcomeWindow {
  calls = 0;
  failures = 0;
  slow = 0;
  slowFailures = 0;
  readonly #size: number;
  #next = 0;
  #ring: Uint8Array;

  constructor(size: number) {
    this.#size = size;
    this.#ring = new Uint8Array(Math.min(firstBytes, Math.ceil(size / 4)));
  }

  get capacity(): number {
    return this.#size;
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    const byte = this.#next >>> 2;
    const shift = (this.#next & 3) << 1;
    if (byte === this.#ring.length) this.#grow();
    const held = this.#ring[byte] as number;
    if (this.calls === this.#size) this.#count((held >>> shift) & 3, -1);
    const outcome = (failed ? failedBit : 0) | (slow ? slowBit : 0);
    this.#count(outcome, 1);
    this.#ring[byte] = (held & ~(3 << shift)) | (outcome << shift);
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
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

  #grow(): void {
    const ring = new Uint8Array(Math.min(this.#ring.length * 2, Math.ceil(this.#size / 4)));
    ring.set(this.#ring);
    this.#ring = ring;
  }
}
