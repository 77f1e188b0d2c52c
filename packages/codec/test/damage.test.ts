import { isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { CodecCorruptError } from '../src/index.ts';
import { closedAgain } from './closed-again.ts';
import { cities, sampleCodecs } from './sample-codecs.ts';

vi.setConfig({ testTimeout: 120_000 });

const samples: readonly unknown[] = [null, 'few', cities(3), cities(30), 'a'.repeat(3000), { nested: cities(8) }];

interface Original {
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
  readonly bytes: Uint8Array;
}

const originals: readonly Original[] = Object.entries(sampleCodecs).flatMap(([name, codec]) =>
  samples.map((value) => ({ name, value, text: JSON.stringify(value), bytes: codec.encode(value, 'binding') })),
);

type Outcome = { readonly value: unknown } | { readonly refused: string };

/** Decodes with the codec of this name; anything thrown but our own refusals fails the test. */
function attempt(name: string, bytes: Uint8Array): Outcome {
  try {
    return { value: sampleCodecs[name]?.decode(bytes, 'binding') };
  } catch (error) {
    if (isXcError(error, 'XC_CODEC_CORRUPT')) return { refused: (error as CodecCorruptError).reason ?? 'inner' };
    if (isXcError(error, 'XC_CODEC_KEY')) return { refused: 'key' };
    throw error;
  }
}

function picker(seed: number): (below: number) => number {
  const random = new SeededRandom(seed);
  return (below) => Math.floor(random.next() * below);
}

/** One of: a flipped bit, overwritten bytes, a cut, an insertion, a removal, a splice with another envelope. */
function damage(bytes: Uint8Array, pick: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = pick(copy.length);
  switch (pick(6)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << pick(8));
      return copy;
    case 1:
      return copy.fill(pick(256), at, Math.min(copy.length, at + 1 + pick(8)));
    case 2:
      return copy.subarray(pick(2) * pick(4), at);
    case 3:
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(1 + pick(5), pick(256)), copy.subarray(at)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + pick(5))]);
    default: {
      const other = Buffer.from(originals[pick(originals.length)]?.bytes ?? []);
      return Buffer.concat([copy.subarray(0, at), other.subarray(pick(other.length))]);
    }
  }
}

test('every sample is read back undamaged', () => {
  for (const { name, bytes, value } of originals) expect(attempt(name, bytes)).toEqual({ value });
});

describe('100,000 damaged envelopes', () => {
  test('are refused, each one', () => {
    const pick = picker(20_250_101);
    const reasons = new Map<string, number>();
    for (let run = 0; run < 100_000; run += 1) {
      const { name, bytes } = originals[run % originals.length] as Original;
      const damaged = damage(bytes, pick);
      // A splice can put together a whole envelope again.
      if (originals.some((original) => damaged.equals(original.bytes))) continue;
      const outcome = attempt(name, damaged);
      if (!('refused' in outcome)) expect.fail(`${name} read ${damaged.toString('hex').slice(0, 200)}`);
      reasons.set(outcome.refused, (reasons.get(outcome.refused) ?? 0) + 1);
    }
    expect([...reasons.keys()].sort()).toEqual(['damaged', 'foreign', 'format']);
  });

  test('that a forger closed again are refused, or make the very same value', () => {
    const pick = picker(20_250_102);
    const reasons = new Map<string, number>();
    let same = 0;
    for (let run = 0; run < 100_000; run += 1) {
      const { name, bytes, text } = originals[run % originals.length] as Original;
      const forged = closedAgain(bytes, (body) => damage(body, pick));
      const outcome = attempt(name, forged);
      if ('refused' in outcome) reasons.set(outcome.refused, (reasons.get(outcome.refused) ?? 0) + 1);
      else if (!isOneOfOurs(outcome.value, text))
        expect.fail(`${name} read ${Buffer.from(forged).toString('hex').slice(0, 200)}`);
      else same += 1;
    }
    // Every line of defence was reached. What still reads: gzip has bytes that mean nothing, LZ4 has two ways to say one thing.
    expect([...reasons.keys()]).toEqual(expect.arrayContaining(['authentication', 'codec', 'key', 'payload', 'size']));
    expect(same).toBeLessThan(100_000 * 0.1);
  });
});

test('no bytes that are not ours are read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withMagic) => {
      const input = withMagic ? Buffer.concat([Buffer.from('c1786301', 'hex'), bytes]) : bytes;
      for (const name of Object.keys(sampleCodecs)) expect(attempt(name, input)).toHaveProperty('refused');
    }),
    { numRuns: 3000 },
  );
});

test('no header in front of any payload makes a codec do anything but decode or refuse', () => {
  const header = fc.record({
    coding: fc.integer({ min: 0, max: 8 }),
    content: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 99, 0xffffff),
    rawLength: fc.oneof(fc.nat(300), fc.constantFrom(0, 2 ** 26, 2 ** 26 + 1, 2 ** 31, 2 ** 32 - 1)),
    rawCheck: fc.oneof(fc.constant(0), fc.nat()),
  });
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 100 }), ({ coding, content, rawLength, rawCheck }, payload) => {
      const forged = closedAgain(new Uint8Array(20), () => {
        const head = Buffer.from('c1786301', 'hex');
        const rest = Buffer.alloc(12);
        rest.writeUInt8(coding, 0);
        rest.writeUIntLE(content, 1, 3);
        rest.writeUInt32LE(rawLength, 4);
        rest.writeUInt32LE(rawCheck, 8);
        return Buffer.concat([head, rest, payload]);
      });
      for (const name of Object.keys(sampleCodecs)) expect(attempt(name, forged)).toHaveProperty('refused');
    }),
    { numRuns: 5000 },
  );
});

/** The value itself, or, after a splice, that of another sample. */
function isOneOfOurs(value: unknown, text: string): boolean {
  const read = JSON.stringify(value);
  return read === text || samples.some((sample) => JSON.stringify(sample) === read);
}
