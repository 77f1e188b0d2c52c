import { type Codec, jsonCodec } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { storedOf } from '../../test/redis/stored.ts';
import type { TierEntry } from '../tier/tier-entry.ts';
import { open, openLabel, type Sealing, seal } from './envelope.ts';

const sealing: Sealing = { codec: jsonCodec, maxDecodedBytes: 1_000_000, maxTtlMs: 2_592_000_000 };
const version = 1_795_514_400_000_001;
const stamp = 1_795_514_300_000_000n;

const plain: TierEntry = {
  value: { id: 7, name: 'Ada' },
  negative: false,
  tags: [],
  meta: {},
  loadMs: 12.5,
  ttlMs: 60_000,
  graceMs: 5_000,
  maxAgeMs: Number.POSITIVE_INFINITY,
  slideMs: 0,
};
const rich: TierEntry = {
  ...plain,
  value: ['ü', null, 1.5],
  tags: ['user:7', 'é'],
  meta: { etag: '"x"' },
  slideMs: 10,
};

function stored(key: string, entry: TierEntry, at = version): Buffer {
  return storedOf(seal(key, entry, stamp, sealing), at);
}

test('gives back what went in, and what the server knows of it', () => {
  const bytes = stored('k', rich);
  expect(open('k', bytes, 64_000, sealing)).toEqual({
    ...rich,
    version: BigInt(version),
    stamp,
    ageMs: 1_000,
    ttlLeftMs: 59_000,
    lifeLeftMs: 64_000,
    bytes: jsonCodec.encode(rich.value).length,
  });
});

test('is short where an entry has neither tags nor meta', () => {
  const bytes = stored('k', plain);
  expect(bytes.length - jsonCodec.encode(plain.value).length).toBe(136);
});

test('says what there is before the value without the value', () => {
  const bytes = stored('k', rich);
  const end = bytes.length - 34 - jsonCodec.encode(rich.value).length;
  expect(open('k', bytes, 64_000, sealing)).toMatchObject(openLabel(bytes.subarray(0, end), 64_000));
});

test('cuts an endless life', () => {
  const sealed = seal('k', { ...plain, ttlMs: Number.POSITIVE_INFINITY, graceMs: 0 }, stamp, sealing);
  expect(sealed.lifeMs).toBe(2_592_000_000);
  expect(open('k', storedOf(sealed, version), 1, sealing)?.ttlMs).toBe(2_592_000_000);
});

test('keeps the bytes of a key with its value: those of another key are nothing', () => {
  const bytes = stored('one', plain);
  expect(open('two', bytes, 1, sealing)).toBeUndefined();
  expect(open('one', bytes, 1, sealing)).toBeDefined();
});

test('hands the full key to the codec', () => {
  const seen: (string | undefined)[] = [];
  const codec: Codec = {
    id: 99,
    encode: (value, binding) => {
      seen.push(binding);
      return jsonCodec.encode(value);
    },
    decode: (bytes, binding) => {
      seen.push(binding);
      return jsonCodec.decode(bytes);
    },
  };
  const sealed = seal('full:key', plain, stamp, { ...sealing, codec });
  open('full:key', storedOf(sealed, version), 1, { ...sealing, codec });
  expect(seen).toEqual(['full:key', 'full:key']);
});

test('does not open what another codec has written', () => {
  const other = { ...jsonCodec, id: 1 };
  expect(open('k', stored('k', plain), 1, { ...sealing, codec: other })).toBeUndefined();
});

test('does not open a format of the future', () => {
  const bytes = stored('k', plain);
  bytes[46] = 2;
  expect(open('k', bytes, 1, sealing)).toBeUndefined();
});

test('does no work for more bytes than it may', () => {
  let decoded = 0;
  const codec: Codec = { ...jsonCodec, decode: () => decoded++ };
  expect(open('k', stored('k', plain), 1, { ...sealing, codec, maxDecodedBytes: 10 })).toBeUndefined();
  expect(decoded).toBe(0);
});

test('drops __proto__ from a payload', () => {
  const codec: Codec = { ...jsonCodec, encode: () => Buffer.from('{"a":1,"__proto__":{"admin":true}}') };
  const bytes = storedOf(seal('k', plain, stamp, { ...sealing, codec }), version);
  const value = open('k', bytes, 1, sealing)?.value as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(['a']);
  expect(value.admin).toBeUndefined();
});

test('passes on what the codec says of a value that it cannot carry', () => {
  expect(() => seal('k', { ...plain, value: 1n }, stamp, sealing)).toThrow(TypeError);
});

describe('what is damaged is nothing', () => {
  for (const [name, entry] of Object.entries({ plain, rich })) {
    test(`every byte flipped, every bit of it: ${name}`, () => {
      const bytes = stored('k', entry);
      for (let at = 0; at < bytes.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const copy = Buffer.from(bytes);
          copy[at] = (copy[at] as number) ^ (1 << bit);
          expect(open('k', copy, 1, sealing), `byte ${at}, bit ${bit}`).toBeUndefined();
        }
      }
    });

    test(`cut anywhere: ${name}`, () => {
      const bytes = stored('k', entry);
      for (let end = 0; end < bytes.length; end++) {
        expect(open('k', bytes.subarray(0, end), 1, sealing)).toBeUndefined();
        expect(open('k', bytes.subarray(bytes.length - end), 1, sealing)).toBeUndefined();
      }
    });
  }

  test('digits of one value before another', () => {
    const one = stored('k', plain);
    const other = stored('k', { ...plain, value: 'other' }, version + 1);
    const spliced = Buffer.concat([one.subarray(0, 30), other.subarray(30)]);
    expect(open('k', spliced, 1, sealing)).toBeUndefined();
  });

  // Cuts, flips and splices of real ones: what opens is one of the real ones, whole.
  test('100,000 random cuts, flips and splices', () => {
    const seed = 20_261;
    const random = new SeededRandom(seed);
    const below = (limit: number): number => Math.floor(random.next() * limit);
    const real = Array.from({ length: 16 }, (_, index) =>
      stored(
        'k',
        { ...(index % 2 === 0 ? plain : rich), value: { index, text: 'x'.repeat(below(80)) } },
        version + index,
      ),
    );
    const known = new Set(real.map((bytes) => bytes.toString('latin1')));
    for (let round = 0; round < 100_000; round++) {
      let bytes = Buffer.from(real[below(real.length)] as Buffer);
      for (let changes = 1 + below(3); changes > 0; changes--) {
        const other = real[below(real.length)] as Buffer;
        const at = below(bytes.length);
        switch (below(4)) {
          case 0:
            if (bytes.length > 0) bytes[at] = below(256);
            break;
          case 1:
            bytes = bytes.subarray(0, at);
            break;
          case 2:
            bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))]);
            break;
          default:
            bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
            break;
        }
      }
      if (known.has(bytes.toString('latin1'))) continue;
      if (open('k', bytes, 1, sealing) !== undefined) {
        expect.fail(`seed ${seed}, round ${round}: opened ${bytes.toString('hex')}`);
      }
    }
  });
});
