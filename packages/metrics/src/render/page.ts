/** Text that waits to become bytes: enough to make each step worth it, and few enough to be a small part of a slice. */
const STEP = 16_384;

/** The longest that a UTF-16 unit becomes. */
const BYTES_PER_UNIT = 3;

/** Bytes that grow as text is added. */
export class Page {
  #bytes: Buffer;
  #length = 0;
  #waiting = '';

  /** @param expected - how many bytes there were the last time */
  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(expected + (expected >> 3), STEP));
  }

  add(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length >= STEP) this.#flush();
  }

  finish(): Uint8Array {
    this.#flush();
    return this.#bytes.subarray(0, this.#length);
  }

  #flush(): void {
    const needed = this.#length + this.#waiting.length * BYTES_PER_UNIT;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(this.#waiting, this.#length);
    this.#waiting = '';
  }
}
