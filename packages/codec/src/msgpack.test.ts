import { isXcError } from '@xc/core';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { expect, test, vi } from 'vitest';
import { closedAgain } from '../test/closed-again.ts';
import { lz4 } from './lz4.ts';
import { msgpack } from './msgpack.ts';

// Thousands of runs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const sayable = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.double().filter((number) => !Object.is(number, -0)),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.date(),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
})).value;

test('gives back what JSON can say, and undefined, dates, BigInts and bytes', () => {
  fc.assert(
    fc.property(sayable, (value) => {
      expect(msgpack.decode(msgpack.encode(value))).toEqual(value);
      expect(lz4(msgpack, { minBytes: 0 }).decode(lz4(msgpack, { minBytes: 0 }).encode(value))).toEqual(value);
    }),
    { numRuns: 1000 },
  );
});

test('has a payload that any MessagePack reader reads', () => {
  const value = { id: 7, name: 'Zürich', tags: ['a', 'b'], at: new Date(5) };
  expect(unpack(msgpack.encode(value).subarray(16, -4))).toEqual(value);
});

test('is a codec as it stands, and gives the same one when called', () => {
  expect(msgpack.id).toBe(6);
  expect(msgpack().id).toBe(6);
  expect(msgpack().decode(msgpack.encode([1]))).toEqual([1]);
});

test('lets no key of the payload reach a prototype', () => {
  const decoded = msgpack.decode(msgpack.encode(JSON.parse('{"__proto__":{"admin":true},"b":2}'))) as Record<
    string,
    unknown
  >;
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  expect(decoded.admin).toBeUndefined();
});

test('gives bytes that are no view of its input', () => {
  const written = msgpack.encode({ bytes: Buffer.from('data') });
  const { bytes } = msgpack.decode(written) as { bytes: Uint8Array };
  written.fill(0);
  expect(Buffer.from(bytes).toString()).toBe('data');
});

test('refuses to say what it cannot', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const value of [Symbol('s'), { deep: [Symbol('s')] }, 2n ** 70n, circle]) {
    expect(() => msgpack.encode(value)).toThrow(TypeError);
  }
  expect(msgpack.decode(msgpack.encode('still in order'))).toBe('still in order');
});

test('refuses a payload that is no MessagePack, without quoting it', () => {
  for (const payload of [
    'c1',
    'dd7fffffff',
    'df7fffffff',
    '92a161',
    'a161a162',
    'd97f61',
    'c9ffffffff01',
    'dbffffffff',
  ]) {
    const raw = Buffer.from(payload, 'hex');
    const forged = closedAgain(msgpack.encode(0), (bytes) => {
      const whole = Buffer.concat([bytes.subarray(0, 16), raw]);
      whole.writeUInt32LE(raw.length, 8);
      return whole;
    });
    try {
      msgpack.decode(forged);
      expect.fail('nothing was thrown');
    } catch (error) {
      expect(isXcError(error, 'XC_CODEC_CORRUPT')).toBe(true);
      expect((error as Error).cause).toBeUndefined();
    }
  }
});

test('refuses what another codec wrote', () => {
  expect(() => msgpack.decode(lz4(msgpack).encode(1))).toThrow('the payload was made by codec 1, not by msgpack');
  expect(() => msgpack.decode(Buffer.from([1]))).toThrow('the bytes are not an envelope of @xc/codec');
});
