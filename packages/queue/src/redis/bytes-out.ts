/** Writes the frames that scripts read: numbers big-endian, texts and bytes behind their length. Grows as needed. */
export class BytesOut {
  #buffer: Buffer;
  #size = 0;

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get size(): number {
    return this.#size;
  }

  byte(value: number): this {
    this.#room(1);
    this.#buffer[this.#size] = value;
    this.#size += 1;
    return this;
  }

  short(value: number): this {
    this.#room(2);
    this.#size = this.#buffer.writeUInt16BE(value, this.#size);
    return this;
  }

  int(value: number): this {
    this.#room(4);
    this.#size = this.#buffer.writeUInt32BE(value, this.#size);
    return this;
  }

  double(value: number): this {
    this.#room(8);
    this.#size = this.#buffer.writeDoubleBE(value, this.#size);
    return this;
  }

  /** A text of at most 255 bytes, behind one byte of length. */
  text(value: string): this {
    const start = this.#size;
    this.#room(1 + value.length * 3);
    const bytes = this.#buffer.write(value, start + 1);
    if (bytes > 255) throw new RangeError(`a text of ${bytes} bytes is longer than 255`);
    this.#buffer[start] = bytes;
    this.#size = start + 1 + bytes;
    return this;
  }

  /** Bytes behind four bytes of length. */
  bytes(value: Uint8Array): this {
    this.int(value.length);
    return this.raw(value);
  }

  /** A text of any length, behind four bytes of length. */
  longText(value: string): this {
    const start = this.#size;
    this.#room(4 + value.length * 3);
    const bytes = this.#buffer.write(value, start + 4);
    this.#buffer.writeUInt32BE(bytes, start);
    this.#size = start + 4 + bytes;
    return this;
  }

  raw(value: Uint8Array): this {
    this.#room(value.length);
    this.#buffer.set(value, this.#size);
    this.#size += value.length;
    return this;
  }

  /** Leaves four bytes for a length that `endLength` fills in. */
  beginLength(): number {
    this.#room(4);
    this.#size += 4;
    return this.#size;
  }

  endLength(start: number): void {
    this.#buffer.writeUInt32BE(this.#size - start, start - 4);
  }

  /** All that was written; not to be written to any more. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  #room(bytes: number): void {
    if (this.#size + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#size + bytes));
    this.#buffer.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
  }
}
