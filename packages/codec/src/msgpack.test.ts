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
  expect(msgpack()).toBe(msgpack);
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

/** What the documentation says comes back. */
function asDecoded(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, asDecoded);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key === '__proto__' ? '__proto_' : String(key), asDecoded(item)]),
  );
}

test('gives back as documented, or refuses, any value of JavaScript', () => {
  let refused = 0;
  let written = 0;
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  } as fc.ObjectConstraints);
  fc.assert(
    fc.property(anything, (value) => {
      let bytes: Uint8Array;
      try {
        bytes = msgpack.encode(value);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        refused += 1;
        return;
      }
      written += 1;
      expect(msgpack.decode(bytes)).toStrictEqual(asDecoded(value));
    }),
    { numRuns: 10_000 },
  );
  expect(refused).toBeGreaterThan(100);
  expect(written).toBeGreaterThan(1_000);
});

class Lying extends Uint8Array {
  override get byteLength(): number {
    return 4_000;
  }
}

const views = {
  Int8Array: new Int8Array(300),
  Uint8ClampedArray: new Uint8ClampedArray(300),
  Int16Array: new Int16Array(300),
  Uint16Array: new Uint16Array(300),
  Int32Array: new Int32Array(300),
  Uint32Array: new Uint32Array(300),
  Float32Array: new Float32Array(300),
  Float64Array: new Float64Array(300),
  BigInt64Array: new BigInt64Array(300),
  BigUint64Array: new BigUint64Array(300),
  DataView: new DataView(new ArrayBuffer(300)),
  ArrayBuffer: new ArrayBuffer(300),
  SharedArrayBuffer: new SharedArrayBuffer(300),
  Uint8Array: new Lying(4),
};

test.each(Object.entries(views))('refuses %s by name, wherever it hides', (name, view) => {
  for (const value of [view, { view }, [[view]], new Map([['view', view]]), new Set([view]), { deep: [{ view }] }]) {
    expect(() => msgpack.encode(value)).toThrow(TypeError);
    expect(() => msgpack.encode(value)).toThrow(name);
  }
});

test('never lets an earlier value show in later bytes', () => {
  const marker = 'TOPSECRET';
  const values = [
    ...Object.values(views),
    new Uint8Array(300),
    Buffer.alloc(300),
    Buffer.from('abc').subarray(1),
    new Date(1.5),
    new Set(['a']),
    new Map([['a', 1]]),
    'x'.repeat(5_000),
    'ü'.repeat(5_000),
    Array.from({ length: 20 }, () => undefined),
  ];
  for (let round = 0; round < 200; round += 1) {
    msgpack.encode(marker.repeat(200));
    for (const value of values) {
      try {
        expect(Buffer.from(msgpack.encode({ value })).includes(marker)).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }
  }
});

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

class Priced extends Money {
  toJSON(): string {
    return `${this.cents} cents`;
  }
}

test.each<[string, unknown]>([
  ['a Map with keys', new Map([[{}, 1]])],
  ['a Map with keys', new Map([[[1], 1]])],
  ['a Map with keys', new Map([[new Date(0), 1]])],
  ['a Map with keys', new Map([[null, 1]])],
  ['a Map with keys', new Map([[true, 1]])],
  ['a Map that has a number', new Map<unknown, number>().set(1, 1).set('1', 2)],
  ['a Map', new (class extends Map<string, number> {})().set('a', 1)],
  ['an Error', new RangeError('out')],
  ['a RegExp', /a/],
  ['a String', Object('text')],
  ['a Number', Object(1)],
  ['a Boolean', Object(true)],
  ['a BigInt', Object(1n)],
  ['a Promise', Promise.resolve()],
  ['a WeakMap', new WeakMap()],
  ['a URLSearchParams', new URLSearchParams('a=1')],
  ['a URL', new URL('http://localhost')],
  ['toJSON', new Priced(5)],
  ['toJSON', { toJSON: () => 1 }],
  ['toJSON', Object.assign(new Date(0), { toJSON: () => 'a' })],
  ['surrogate', '\ud800'],
  ['surrogate', 'a\udc00b'.repeat(40)],
  ['surrogate', { 'a\ud800': 1 }],
  ['surrogate', new Map([['\udfff', 1]])],
  ['constructor of another', { constructor: Map, a: 1 }],
  ['constructor of another', { constructor: Array, a: 1 }],
  ['a symbol', Symbol('s')],
])('refuses %s, alone and nested', (kind, unsayable) => {
  for (const value of [unsayable, { a: [unsayable] }, new Map([['a', unsayable]]), new Set([unsayable])]) {
    expect(() => msgpack.encode(value)).toThrow(TypeError);
    expect(() => msgpack.encode(value)).toThrow(kind);
  }
});

test('keeps the properties of an object, whatever they are called and however many', () => {
  const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, at) => [`key ${at}`, at]));
  for (const value of [
    { constructor: 'a', toJSON: 'b', hasOwnProperty: 'c', valueOf: 1 },
    { ...new Money(5) },
    many,
    Object.assign(Object.create({ inherited: 1 }), { own: 1 }),
  ]) {
    expect(msgpack.decode(msgpack.encode(value))).toEqual({ ...value });
  }
  expect(msgpack.decode(msgpack.encode(new Money(5)))).toStrictEqual({ cents: 5 });
  expect(msgpack.decode(msgpack.encode({ hasOwnProperty: () => false, a: 1 }))).toStrictEqual({
    hasOwnProperty: undefined,
    a: 1,
  });
});

test('reads all that it wrote at any depth, and refuses what is deeper', () => {
  const nested = (depth: number) => {
    let value: unknown = 'core';
    for (let at = 0; at < depth; at += 1) value = at % 2 ? [value] : { value };
    return value;
  };
  expect(msgpack.decode(msgpack.encode(nested(1_000)))).toEqual(nested(1_000));
  expect(() => msgpack.encode(nested(1_001))).toThrow('nested more than 1000 deep');
});
