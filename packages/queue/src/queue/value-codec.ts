import { type Codec, XcError } from '@xc/core';

/** Turns values of jobs into bytes and back; the value `undefined` is no bytes. */
export class ValueCodec {
  readonly #codec: Codec;
  readonly #queue: string;
  readonly #maxDataBytes: number;

  /** @param queue - What the bytes belong to. */
  constructor(codec: Codec, queue: string, maxDataBytes: number) {
    this.#codec = codec;
    this.#queue = queue;
    this.#maxDataBytes = maxDataBytes;
  }

  /** @throws XcError XC_QUEUE_UNSERIALIZABLE where the codec cannot say it. */
  encode(value: unknown, what: string): Uint8Array | undefined {
    if (value === undefined) return undefined;
    try {
      return this.#codec.encode(value, this.#queue);
    } catch (cause) {
      throw new XcError('XC_QUEUE_UNSERIALIZABLE', `${what} must be a value that the codec can encode`, { cause });
    }
  }

  /** @throws XcError XC_QUEUE_UNSERIALIZABLE; XC_QUEUE_TOO_LARGE, with `details.bytes`, above the queue's `maxDataBytes`. */
  encodeData(data: unknown): Uint8Array | undefined {
    const bytes = this.encode(data, 'data');
    if (bytes === undefined || bytes.byteLength <= this.#maxDataBytes) return bytes;
    const size = bytes.byteLength;
    throw new XcError('XC_QUEUE_TOO_LARGE', `data must be at most ${this.#maxDataBytes} bytes, got ${size}`, {
      details: { bytes: size, maxDataBytes: this.#maxDataBytes },
    });
  }

  /** @throws what the codec throws for bytes that are not its own. */
  decode(bytes: Uint8Array | undefined): unknown {
    return bytes === undefined ? undefined : this.#codec.decode(bytes, this.#queue);
  }

  /** What can be shown of the bytes: the value, or the bytes themselves where they cannot be decoded. */
  show(bytes: Uint8Array | undefined): unknown {
    try {
      return this.decode(bytes);
    } catch {
      return bytes;
    }
  }
}
