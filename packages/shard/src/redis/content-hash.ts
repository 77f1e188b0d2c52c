import { createHash, type Hash } from 'node:crypto';

/** Sixteen bytes that say what is in many things, whatever their order: no two of them may be the same. */
export class Sum {
  readonly #words = new Uint32Array(4);

  add(hash: Buffer): void {
    const words = this.#words;
    for (let word = 0; word < 4; word += 1) words[word] = (words[word] as number) ^ hash.readUInt32LE(4 * word);
  }

  toString(): string {
    return Buffer.from(this.#words.buffer).toString('hex');
  }
}

/** A hash of parts in their order, each with its length, so that no other parts give the same. */
export class PartsHash {
  readonly #hash: Hash = createHash('sha1');

  add(...parts: readonly (string | Uint8Array)[]): this {
    for (const part of parts) this.#hash.update(`${Buffer.byteLength(part)}:`).update(part);
    return this;
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** The hash of a few parts. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): Buffer {
  return new PartsHash().add(...parts).digest();
}
