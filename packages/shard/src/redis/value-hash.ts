import { createHash } from 'node:crypto';
import { XcError } from '@xc/core';
import { hashOf, PartsHash, Sum } from './content-hash.ts';

/**
 * What is in a value as a hash, however a server keeps it and in whatever order it gives it; fed piece by piece. All pieces of one
 * value in one go or in many give the same.
 */
export interface ValueHash {
  /** Elements, as the command that reads this kind gives them. */
  add(elements: readonly Buffer[]): void;
  toString(): string;
}

/** @throws XcError `XC_SHARD_VALUE` for a kind that a module brings: nobody else knows what is in it. */
export function valueHash(kind: string): ValueHash {
  switch (kind) {
    case 'string':
      return new Bytes();
    case 'list':
    case 'stream':
      return new Sequence();
    case 'set':
      return new Unordered(1, (element) => hashOf(element as Buffer));
    case 'hash':
      return new Unordered(2, (field, value) => hashOf(field as Buffer, value as Buffer));
    case 'zset':
      return new Unordered(2, (member, score) => hashOf(member as Buffer, scoreText(score as Buffer)));
    default:
      throw new XcError('XC_SHARD_VALUE', `values of the kind ${kind} cannot be compared: a module brings it`, {
        details: { kind },
      });
  }
}

class Bytes implements ValueHash {
  readonly #hash = createHash('sha1');
  add(pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.#hash.update(piece);
  }
  toString(): string {
    return this.#hash.digest('hex');
  }
}

class Sequence implements ValueHash {
  readonly #hash = new PartsHash();
  add(elements: readonly Buffer[]): void {
    this.#hash.add(...elements);
  }
  toString(): string {
    return this.#hash.digest().toString('hex');
  }
}

/** Elements that are there once each; a server that reads piece by piece may give one twice. */
class Unordered implements ValueHash {
  readonly #width: number;
  readonly #hashOf: (...parts: readonly Buffer[]) => Buffer;
  readonly #seen = new Set<string>();

  constructor(width: 1 | 2, elementHash: (...parts: readonly Buffer[]) => Buffer) {
    this.#width = width;
    this.#hashOf = elementHash;
  }

  add(elements: readonly Buffer[]): void {
    for (let at = 0; at < elements.length; at += this.#width) {
      this.#seen.add(this.#hashOf(...elements.slice(at, at + this.#width)).toString('latin1'));
    }
  }

  toString(): string {
    const sum = new Sum();
    for (const hash of this.#seen) sum.add(Buffer.from(hash, 'latin1'));
    return `${this.#seen.size} ${sum}`;
  }
}

/** One text for each number: servers print them differently. */
function scoreText(score: Buffer): string {
  const text = score.toString();
  return text.endsWith('inf') ? text : String(Number(text));
}
